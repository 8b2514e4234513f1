using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>The gateway in front of an upstream that speaks as Anthropic does.</summary>
internal sealed class AnthropicGatewayTests
{
    private const string Message =
        """{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":3}}""";

    private const string Tools = """,{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"}""";

    [Test]
    public async Task SendAsync_WhenTheProviderIsAnthropic_SpeaksItsOwnApi()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Message));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(members: ",\"max_tokens\":7,\"seed\":1"), Claude(bench, upstream));

        var received = upstream.Received.Single();
        Assert.Multiple(() =>
        {
            Assert.That(reply.Error, Is.Null);
            Assert.That(JsonNode.Parse(reply.Answer!.Message.Span)!.ToJsonString(), Is.EqualTo("""{"role":"assistant","content":"hello"}"""));
            Assert.That((reply.Answer.Usage!.Value.PromptTokens, reply.Answer.Usage.Value.CompletionTokens, reply.Answer.FinishReason), Is.EqualTo((9, 3, "stop")));
            Assert.That((received.Method, received.Path), Is.EqualTo(("POST", "/v1/messages")));
            Assert.That((received.Headers["x-api-key"], received.Headers["anthropic-version"]), Is.EqualTo((GatewayBench.ApiKey, "2023-06-01")));
            Assert.That(received.Headers.Keys, Has.No.Member("Authorization"));
            Assert.That(received.Body, Is.EqualTo("""{"model":"upstream-claude","max_tokens":7,"messages":[{"role":"user","content":"hi"}]}"""));
        });
    }

    [TestCase("", "/v1/messages")]
    [TestCase("/v1", "/v1/messages")]
    [TestCase("/anthropic/", "/anthropic/v1/messages")]
    public async Task SendAsync_WhereverTheBasePoints_FindsTheMessages(string path, string expected)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Message));
        await using var bench = new GatewayBench();

        await bench.SendAsync(GatewayBench.Request(), Claude(bench, upstream, path));

        Assert.That(upstream.Received.Single().Path, Is.EqualTo(expected));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheProviderIsAnthropic_HandsOutChunks()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(AnthropicEvents.Wire(AnthropicEvents.Everything())));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Raw($$"""{"stream":true,"messages":[{"role":"user","content":"hi"}{{Tools}}]}"""), Claude(bench, upstream));
        var chunks = await ReadAsync(stream);

        Assert.Multiple(() =>
        {
            Assert.That((stream.Error, stream.Fault, stream.FinishReason), Is.EqualTo((default(Error), default(Error), "tool_calls")));
            Assert.That((stream.Usage!.Value.PromptTokens, stream.Usage.Value.CompletionTokens, stream.Usage.Value.CachedTokens), Is.EqualTo((35, 42, 20)));
            Assert.That(stream.DeliveredTextBytes, Is.EqualTo("let me see".Length + "It \"is\" hé".Length + 1 + "{\"a\":1}".Length));
            Assert.That(chunks, Has.Count.EqualTo(12));
            Assert.That((bool)JsonNode.Parse(upstream.Received.Single().Body)!["stream"]!, Is.True);
        });
    }

    [Test]
    public async Task OpenStreamAsync_WhereverTheEventsAreCut_HandsOutTheSame()
    {
        var wire = AnthropicEvents.Wire(AnthropicEvents.Text("h\\u00e9", "llo"));
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(wire));
        await using var bench = new GatewayBench();
        await using var whole = await bench.OpenAsync(GatewayBench.Request(), Claude(bench, upstream));
        var expected = string.Concat(await ReadAsync(whole));

        for (var cut = 1; cut < wire.Length; cut++)
        {
            upstream.Answer(UpstreamScript.Stream(wire[..cut], wire[cut..]));
            await using var stream = await bench.OpenAsync(GatewayBench.Request(), Claude(bench, upstream));

            var chunks = string.Concat(await ReadAsync(stream));
            Assert.That((chunks.Length, stream.Fault), Is.EqualTo((expected.Length, default(Error))), $"cut at {cut}");
        }
    }

    [TestCase(1, 35, 1)]
    [TestCase(4, 35, 100)]
    [TestCase(6, 35, 12)]
    public async Task OpenStreamAsync_WhenTheStreamIsCutBeforeItsEnd_KnowsItAndWhatWasUsed(int events, int prompt, int completion)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(AnthropicEvents.Wire(AnthropicEvents.Text(new string('x', 400))[..events])));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), Claude(bench, upstream));
        await ReadAsync(stream);

        Assert.That((stream.Fault?.Code, stream.Usage?.PromptTokens, stream.Usage?.CompletionTokens), Is.EqualTo(("upstream_stream_cut", prompt, completion)));
    }

    [TestCase("""event: error""" + "\n" + """data: {"type":"error","error":{"type":"overloaded_error","message":"m"}}""" + "\n\n", "upstream_stream_failed")]
    [TestCase("data: <html>\n\n", "upstream_stream_broken")]
    public async Task OpenStreamAsync_WhenTheUpstreamFailsInMidStream_SaysHow(string wire, string code)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(AnthropicEvents.Wire(AnthropicEvents.Text("x")[..4]) + wire));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), Claude(bench, upstream));
        await ReadAsync(stream);

        Assert.That((stream.Fault?.Code, stream.Usage?.PromptTokens), Is.EqualTo((code, 35)));
    }

    [TestCase(529, "overloaded_error", "Overloaded", 3, ErrorKind.UpstreamFailed)]
    [TestCase(429, "rate_limit_error", "slow down", 3, ErrorKind.UpstreamFailed)]
    [TestCase(500, "api_error", "oops", 3, ErrorKind.UpstreamFailed)]
    [TestCase(401, "authentication_error", "invalid x-api-key", 1, ErrorKind.UpstreamFailed)]
    [TestCase(400, "invalid_request_error", "Your credit balance is too low to access the API.", 1, ErrorKind.UpstreamFailed)]
    [TestCase(400, "invalid_request_error", "messages: at least one message is required", 1, ErrorKind.UpstreamRejected)]
    public async Task SendAsync_WhenAnthropicRefuses_KnowsWhoseFaultItIs(int status, string type, string message, int attempts, ErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(status, $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"},"request_id":"req_1"}"""));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), Claude(bench, upstream));

        Assert.That((reply.Error?.Kind, reply.Attempts), Is.EqualTo((kind, attempts)));
        if (kind == ErrorKind.UpstreamRejected)
            Assert.That(reply.Error!.Message, Is.EqualTo(message));
    }

    [Test]
    public async Task SendAsync_WhenAnthropicIsOverloaded_DoesNotOpenTheCircuit()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(529, "{}"));
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0", ["Llm:BreakerMinimumThroughput"] = "2" });
        for (var i = 0; i < 4; i++)
            await bench.SendAsync(GatewayBench.Request(), Claude(bench, upstream));

        Assert.That(upstream.Received, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task SendAsync_WhenTheRequestCannotBeSaid_AsksTheNextModelOrSaysWhy()
    {
        await using var claude = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Message));
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var request = GatewayBench.Request(members: ",\"n\":2");

        var alone = await bench.SendAsync(request, Claude(bench, claude));
        var both = await bench.SendAsync(request, Claude(bench, claude), bench.Model("a", other.ApiBase));

        Assert.Multiple(() =>
        {
            Assert.That((alone.Error?.Kind, alone.Attempts), Is.EqualTo((ErrorKind.UpstreamRejected, 0)));
            Assert.That(alone.Error!.Message, Does.StartWith("n:"));
            Assert.That((both.Error, both.Model?.Alias, claude.Received.Count), Is.EqualTo((default(Error), "a", 0)));
        });
    }

    private static CatalogModel Claude(GatewayBench bench, FakeUpstream upstream, string? path = null)
    {
        var address = path is null ? upstream.ApiBase : new Uri(upstream.ApiBase, path);
        bench.Keys.ByProvider["anthropic"] = new ProviderKey("claude", GatewayBench.ApiKey, address);
        return GatewayBench.Model("claude", "anthropic");
    }

    private static async Task<List<string>> ReadAsync(GatewayStream stream)
    {
        var chunks = new List<string>();
        while (await stream.ReadAsync(CancellationToken.None) is { } chunk)
            chunks.Add(Encoding.UTF8.GetString(chunk.Span));
        return chunks;
    }
}
