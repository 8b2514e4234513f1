using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Moq;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Infrastructure.ResponseCaching;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.ResponseCaching;

/// <summary>The cache as the service registers it, over an upstream that the test scripts.</summary>
internal sealed class CacheBench : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public CacheBench(string environment = "Development", params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment))
            .AddSaasLlm(configuration);

        // The network of these tests runs in real time, whatever the answers' age.
        services.AddSingleton(provider => new RedisConnection(
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<RedisOptions>>(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisConnection>.Instance));
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(Mock.Of<IProviderKeys>());
        _provider = services.BuildServiceProvider();
        Gateway = Over(Upstream);
    }

    public HandClock Clock { get; } = new();

    public ScriptedGateway Upstream { get; } = new();

    public CachingGateway Gateway { get; }

    public AnswerStore Store => _provider.GetRequiredService<AnswerStore>();

    public IRedis Redis => _provider.GetRequiredService<IRedis>();

    /// <summary>The cache over another upstream.</summary>
    public CachingGateway Over(ILlmGateway upstream) => new(
        upstream,
        Store,
        _provider.GetRequiredService<Deployments>(),
        _provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ResponseCacheOptions>>(),
        _provider.GetRequiredService<ResponseCacheMetrics>(),
        Clock);

    /// <summary>Begins to connect to Redis and waits until it is there.</summary>
    public async Task ConnectAsync()
    {
        await _provider.GetRequiredService<RedisConnection>().StartAsync(CancellationToken.None);
        await UntilAsync(() => Redis.IsAvailable);
    }

    /// <summary>A connection that has just come back may fail once more, and this node's memory would answer meanwhile.</summary>
    public Task UntilRedisAnswersAsync() =>
        Eventually.IsTrueAsync(async () => (await Redis.AskAsync(static (database, _) => database.PingAsync(), 0)).Answered);

    /// <summary>An answer is written to Redis after it was given.</summary>
    public Task UntilKeptAsync() => UntilAsync(() => Gateway.Running == 0);

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    public static CatalogModel Model(string alias = "a", string? upstreamModel = null) =>
        new() { Alias = alias, Provider = "provider", UpstreamModel = upstreamModel ?? "upstream-" + alias, Active = true };

    public static ChatRequest Request(string text = "hi") =>
        ChatRequest.Parse(Encoding.UTF8.GetBytes($$$"""{"messages":[{"role":"user","content":"{{{text}}}"}]}""")).Value;

    public static CachePolicy Policy(string team = "team", string route = "group", int ttl = 300) => new(team, route, ttl);

    public Task<GatewayReply> SendAsync(
        ChatRequest? request = null, CachePolicy? policy = null, CatalogModel[]? targets = null, CancellationToken cancellationToken = default) =>
        Gateway.SendAsync(request ?? Request(), [.. targets ?? [Model()]], new("org"), policy ?? Policy(), cancellationToken);

    public Task<GatewayStream> OpenAsync(CachePolicy? policy = null, CancellationToken cancellationToken = default) =>
        Gateway.OpenStreamAsync(Request(), [Model()], new("org"), policy ?? Policy(), cancellationToken);

    /// <summary>A call that is answered.</summary>
    public async Task<GatewayReply> AnswerAsync(ChatRequest? request = null, CachePolicy? policy = null, CatalogModel[]? targets = null, string text = "hello")
    {
        var sending = SendAsync(request, policy, targets);
        (await Upstream.CallAsync()).Answer(text);
        return await sending;
    }

    public static async Task<List<string>> ReadAsync(GatewayStream stream)
    {
        var events = new List<string>();
        while (await stream.ReadAsync(CancellationToken.None) is { } data)
            events.Add(Encoding.UTF8.GetString(data.Span));
        return events;
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
