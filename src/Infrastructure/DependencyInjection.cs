using FluentValidation;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SaasLlm.Application;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure;

public static class DependencyInjection
{
    /// <summary>Registers the use cases and everything that they need from outside.</summary>
    public static IServiceCollection AddSaasLlm(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        TypeHandlers.Register();
        ValidatorOptions.Global.DisplayNameResolver = (_, member, _) => member?.Name;
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) =>
            member is null ? null : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);

        services.AddSingleton(TimeProvider.System);
        services.AddMediator();
        services.AddPostgres();
        services.AddLlm(configuration);
        return services;
    }

    private static void AddMediator(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => type => provider.GetService(type)!);
        services.AddTransient<IMediator, Mediator>();
        services.Scan(scan => scan
            .FromAssemblies(ApplicationAssembly.Assembly)
            .AddClasses(classes => classes.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithTransientLifetime()
            .AddClasses(classes => classes.AssignableTo(typeof(IValidator<>)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithSingletonLifetime());
        foreach (var behavior in ApplicationAssembly.Behaviors)
            services.AddTransient(typeof(IPipelineBehavior<,>), behavior);
    }

    private static void AddPostgres(this IServiceCollection services)
    {
        services.AddSingleton<PostgresAddress>();
        services.AddSingleton(provider => NpgsqlDataSource.Create(provider.GetRequiredService<PostgresAddress>().ConnectionString));
        services.AddSingleton<Migrations>();
        services.AddSingleton<LocalInvalidation>();
        services.AddScoped<PostgresSession>();
        services.AddScoped<ITransaction>(provider => provider.GetRequiredService<PostgresSession>());
        services.AddScoped<IChangeFeed>(provider => provider.GetRequiredService<PostgresSession>());
        services.Scan(scan => scan
            .FromAssemblyOf<PostgresSession>()
            .AddClasses(classes => classes.Where(type => type.Name.EndsWith("Repository", StringComparison.Ordinal)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithScopedLifetime());
    }
}
