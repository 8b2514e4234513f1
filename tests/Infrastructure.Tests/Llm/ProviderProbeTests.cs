using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class ProviderProbeTests
{
    [TestCase(200, true)]
    [TestCase(401, false)]
    [TestCase(404, false)]
    [TestCase(429, false)]
    [TestCase(500, false)]
    public async Task TestAsync_WhenTheProviderAnswers_TellsWhetherItTakesTheKey(int status, bool ok)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(status, "{}"));
        await using var bench = new GatewayBench();

        var outcome = await bench.Probe.TestAsync("openai", "sk-tried", upstream.ApiBase, isCallersAddress: false, CancellationToken.None);

        Assert.That((outcome.Ok, outcome.StatusCode), Is.EqualTo((ok, status)));
        Assert.That(outcome.Message, Does.Not.Contain("sk-tried"));
        var request = upstream.Received.Single();
        Assert.That((request.Method, request.Path, request.Headers["Authorization"]), Is.EqualTo(("GET", "/v1/models", "Bearer sk-tried")));
    }

    [TestCase("anthropic", "", "/v1/models", "x-api-key")]
    [TestCase("anthropic", "/v1", "/v1/models", "x-api-key")]
    [TestCase("azure", "", "/openai/models", "api-key")]
    [TestCase("azure", "/openai/v1", "/openai/v1/models", "api-key")]
    public async Task TestAsync_WhenTheProviderSpeaksOtherwise_AsksInItsWay(string provider, string apiBase, string path, string header)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        await using var bench = new GatewayBench();

        var outcome = await bench.Probe.TestAsync(provider, "sk-tried", new Uri(upstream.ApiBase, apiBase.Length == 0 ? "/" : apiBase), isCallersAddress: false, CancellationToken.None);

        var request = upstream.Received.Single();
        Assert.That((outcome.Ok, request.Path, request.Headers[header], request.Headers.ContainsKey("Authorization")), Is.EqualTo((true, path, "sk-tried", false)));
    }

    [Test]
    public async Task TestAsync_WhenTheAddressRedirects_RefusesToFollow()
    {
        await using var elsewhere = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Redirect(elsewhere.ApiBase.ToString()));
        await using var bench = new GatewayBench();

        var outcome = await bench.Probe.TestAsync("openai", "sk-tried", upstream.ApiBase, isCallersAddress: false, CancellationToken.None);

        Assert.That((outcome.Ok, outcome.StatusCode, elsewhere.Received.Count), Is.EqualTo((false, 302, 0)));
    }

    [Test]
    public async Task TestAsync_WhenTheProviderHangs_GivesUpAfterTenSeconds()
    {
        var time = new WatchedTime(TimeSpan.FromSeconds(10), atOnce: true);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var bench = new GatewayBench(time: time);

        var outcome = await bench.Probe.TestAsync("openai", "sk-tried", upstream.ApiBase, isCallersAddress: false, CancellationToken.None);

        Assert.That((outcome.Ok, outcome.StatusCode, time.Waits), Is.EqualTo((false, default(int?), 1)));
    }

    [Test]
    public async Task TestAsync_WhenNobodyListensOrTheKeyIsNoHeader_SaysSo()
    {
        var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await upstream.DisposeAsync();
        await using var bench = new GatewayBench();

        var unreachable = await bench.Probe.TestAsync("openai", "sk-tried", upstream.ApiBase, isCallersAddress: false, CancellationToken.None);
        var broken = await bench.Probe.TestAsync("openai", "sk\r\nX: y", upstream.ApiBase, isCallersAddress: false, CancellationToken.None);
        var nowhere = await bench.Probe.TestAsync("ollama", "", null, isCallersAddress: false, CancellationToken.None);

        Assert.That((unreachable.Ok, broken.Ok, nowhere.Ok), Is.EqualTo((false, false, false)));
        Assert.That(nowhere.Message, Does.Contain("api_base"));
    }
}
