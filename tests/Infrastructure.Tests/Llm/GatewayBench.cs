using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Outgoing;
using SaasLlm.Infrastructure.Redis;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>The gateway as the service registers it, with stored keys and settings of the test's choice.</summary>
internal sealed class GatewayBench : IAsyncDisposable
{
    public const string ApiKey = "sk-test-1234567890abcdef";

    private readonly ServiceProvider _provider;

    public GatewayBench(Dictionary<string, string?>? settings = null, string environment = "Production", TimeProvider? time = null, ILoggerProvider? logs = null,
        Action<IServiceCollection>? more = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Llm:RetryBaseDelayMs"] = "1", ["Llm:RetryMaxDelayMs"] = "5000" })
            .AddInMemoryCollection(settings)
            .Build();
        var host = new Mock<IHostEnvironment>();
        host.SetupGet(environmentOf => environmentOf.EnvironmentName).Returns(environment);

        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (logs is not null)
                logging.AddProvider(logs);
        });
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton(host.Object);
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<IProviderKeys>(Keys);
        services.AddRedis(configuration);
        services.AddOutgoing(configuration);
        services.AddLlm(configuration);
        more?.Invoke(services);
        _provider = services.BuildServiceProvider(validateScopes: true);
    }

    public StoredKeys Keys { get; } = new();

    /// <summary>Connects to the Redis of the settings, as a host would.</summary>
    public async Task ConnectAsync()
    {
        _ = Gateway;
        foreach (var service in _provider.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!_provider.GetRequiredService<IRedis>().IsAvailable)
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    public ILlmGateway Gateway => _provider.GetRequiredService<ILlmGateway>();

    public IProviderProbe Probe => _provider.GetRequiredService<IProviderProbe>();

    /// <summary>A model at this upstream, with a stored key of its own.</summary>
    public CatalogModel Model(string alias, Uri apiBase)
    {
        var key = new ProviderKey("key-" + alias, ApiKey, apiBase);
        if (Keys.ByProvider.GetValueOrDefault("provider-" + alias) != key)
            Keys.ByProvider["provider-" + alias] = key;
        return Model(alias);
    }

    /// <summary>A model without a stored key.</summary>
    public static CatalogModel Model(string alias, string? provider = null) =>
        new() { Alias = alias, Provider = provider ?? "provider-" + alias, UpstreamModel = "upstream-" + alias, Active = true };

    public static ChatRequest Request(string text = "hi", string members = "") =>
        Raw($$$"""{"model_group":"g","messages":[{"role":"user","content":"{{{text}}}"}]{{{members}}}}""");

    public static ChatRequest Raw(string body) => ChatRequest.Parse(Encoding.UTF8.GetBytes(body)).Value;

    public Task<GatewayReply> SendAsync(ChatRequest request, params CatalogModel[] targets) =>
        Gateway.SendAsync(request, [.. targets], new("org"), null, CancellationToken.None);

    public Task<GatewayStream> OpenAsync(ChatRequest request, params CatalogModel[] targets) =>
        Gateway.OpenStreamAsync(request, [.. targets], new("org"), null, CancellationToken.None);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    internal sealed class StoredKeys : IProviderKeys
    {
        public Dictionary<string, ProviderKey> ByProvider { get; } = [];

        public List<string> AskedFor { get; } = [];

        public ValueTask<ProviderKey?> FindAsync(string provider, string organizationId, CancellationToken cancellationToken)
        {
            AskedFor.Add(organizationId);
            return new(ByProvider.GetValueOrDefault(provider));
        }
    }
}
