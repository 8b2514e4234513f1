using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Moq;
using Npgsql;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests;

/// <summary>The use cases on a real database, without the HTTP edge: each request goes through the whole pipeline in a scope of its own.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Node(ServiceProvider services, string connectionString)
    {
        _services = services;
        ConnectionString = connectionString;
        services.GetRequiredService<PostgresAddress>().ConnectionString = connectionString;

        // No host runs here that would listen; changes of this node's own are heard all the same.
        services.GetRequiredService<ListenerState>().IsListening = true;
    }

    public string ConnectionString { get; }

    /// <param name="connectionString">A database that another node uses too; null: a fresh one.</param>
    /// <param name="settings">Configuration as <c>Key=value</c>.</param>
    public static Task<Node> StartAsync(string? connectionString = null, string environment = "Development", params string[] settings) =>
        StartAtAsync(TimeProvider.System, connectionString, environment, settings);

    /// <param name="time">The node's clock.</param>
    public static async Task<Node> StartAtAsync(
        TimeProvider time, string? connectionString = null, string environment = "Development", params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment))
            .AddSaasLlm(configuration)
            .AddSingleton(time)
            .BuildServiceProvider();
        return new Node(services, connectionString ?? await TestPostgres.CreateDatabaseAsync());
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>The pool of those that write in batches.</summary>
    public NpgsqlDataSource Writers => _services.GetRequiredKeyedService<NpgsqlDataSource>(PostgresDataSource.Writers);

    public async Task<Result<T>> SendAsync<T>(IRequest<Result<T>> request)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Sends what must succeed.</summary>
    public async Task<T> DoAsync<T>(IRequest<Result<T>> request)
    {
        var result = await SendAsync(request);
        return result.IsSuccess ? result.Value : throw new InvalidOperationException($"{result.Error.Code}: {result.Error.Message}");
    }

    /// <summary>Sends what must be refused; gives the refusal.</summary>
    public async Task<Error> RefusedAsync<T>(IRequest<Result<T>> request) =>
        (await SendAsync(request)).Error ?? throw new InvalidOperationException("It was not refused.");

    /// <summary>Runs something that takes a scoped service.</summary>
    public async Task<TResult> WithAsync<TService, TResult>(Func<TService, Task<TResult>> act)
        where TService : notnull
    {
        await using var scope = _services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Runs SQL of the test; gives the first value.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
