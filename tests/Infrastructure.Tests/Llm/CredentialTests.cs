using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>Whose key serves a model, and when the sandbox stands in.</summary>
internal sealed class CredentialTests
{
    [TestCase("Production", null, false)]
    [TestCase("Production", "auto", false)]
    [TestCase("Staging", "auto", false)]
    [TestCase("Development", null, true)]
    [TestCase("Development", "off", false)]
    [TestCase("Production", "on", true)]
    public async Task SendAsync_WhenNoCredentialServes_AnswersOnlyWhereTheSandboxIsAllowed(string environment, string? mode, bool answered)
    {
        await using var bench = new GatewayBench(new() { ["Llm:Sandbox"] = mode }, environment);

        var reply = await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("a", "openai"));

        if (answered)
            Assert.That((reply.Error, reply.Attempts), Is.EqualTo((default(Error), 1)));
        else
            Assert.That((reply.Error?.Code, reply.Error?.Kind, reply.Attempts), Is.EqualTo(("no_credential", ErrorKind.Unavailable, 0)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenNoCredentialServes_RefusesBeforeAnything()
    {
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), GatewayBench.Model("a", "openai"));

        Assert.That((stream.Error?.Code, stream.Model, await stream.ReadAsync(CancellationToken.None)), Is.EqualTo(("no_credential", stream.Model, default(ReadOnlyMemory<byte>?))));
    }

    [Test]
    public async Task SendAsync_WhenOnlyOneTargetHasACredential_NeverFallsBackToTheSandbox()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var bench = new GatewayBench(environment: "Development");

        var reply = await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("x", "openai"), bench.Model("a", upstream.ApiBase), GatewayBench.Model("y", "groq"));

        Assert.That((reply.Error?.Code, reply.Model!.Alias, reply.Attempts), Is.EqualTo(("upstream_failed", "a", 3)));
    }

    [Test]
    public async Task SendAsync_WhenAKeyIsStored_PrefersItToTheEnvironment()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["OPENAI_API_KEY"] = "sk-env", ["OPENAI_BASE_URL"] = upstream.ApiBase.ToString() });
        var model = GatewayBench.Model("a", "openai");

        await bench.SendAsync(GatewayBench.Request(), model);
        bench.Keys.ByProvider["openai"] = new ProviderKey("stored", "sk-stored", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That(upstream.Received.Select(request => request.Headers["Authorization"]), Is.EqualTo(["Bearer sk-env", "Bearer sk-stored"]));
    }

    [Test]
    public async Task SendAsync_WhenAServerOfTheOperatorsOwnHasNoKey_SendsNone()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["OLLAMA_API_BASE"] = upstream.ApiBase + "/" });

        var reply = await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("a", "ollama"));

        Assert.That(reply.Error, Is.Null);
        Assert.That(upstream.Received.Single().Headers.Keys, Has.No.Member("Authorization"));
    }

    [TestCase("ollama")]
    [TestCase("somebody-new")]
    public async Task SendAsync_WhenNoAddressIsKnown_SkipsTheModel(string provider)
    {
        await using var bench = new GatewayBench();
        bench.Keys.ByProvider[provider] = new ProviderKey("k", "sk-x", null);

        Assert.That((await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("a", provider))).Error?.Code, Is.EqualTo("no_credential"));
    }

    [Test]
    public void ToString_WhenACredentialIsPrinted_ShowsNoSecret() =>
        Assert.That(new ProviderKey("name", "sk-secret", null).ToString(), Is.EqualTo("name"));
}
