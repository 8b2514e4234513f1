using System.Text;
using System.Text.Json;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>The sandbox as callers meet it: behind the gateway, like any provider.</summary>
internal sealed class SandboxTests
{
    private const string Tools = """
        ,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":2}},"required":["city"]}}},
                 {"type":"function","function":{"name":"clock"}}]
        """;

    private static readonly CatalogModel Model = GatewayBench.Model("a");

    [Test]
    public async Task SendAsync_WhenAskedTwice_AnswersTheSameLabelledAnswer()
    {
        await using var bench = Bench();

        var first = await bench.SendAsync(GatewayBench.Request("What is cURL?"), Model);
        var second = await bench.SendAsync(GatewayBench.Request("What is cURL?"), Model);

        Assert.That(first.Answer!.Body.Span.SequenceEqual(second.Answer!.Body.Span), Is.True);
        Assert.That(ContentOf(first), Does.StartWith("[sandbox]").And.Contain("What is cURL?"));
        Assert.That((first.Answer!.FinishReason, first.Answer!.Usage!.Value.PromptTokens), Is.EqualTo(("stop", 4)));
        Assert.That(first.Answer!.Usage!.Value.CompletionTokens, Is.EqualTo((Encoding.UTF8.GetByteCount(ContentOf(first)) + 3) / 4));
    }

    [TestCase("")]
    [TestCase(",\"max_tokens\":5")]
    [TestCase(",\"tool_choice\":\"required\"")]
    [TestCase(",\"response_format\":{\"type\":\"json_object\"}")]
    public async Task OpenStreamAsync_WhateverIsAsked_DeliversThePlainAnswerInPieces(string members)
    {
        await using var bench = Bench();
        var request = GatewayBench.Request("Tell me something long about 🙂🙂🙂🙂🙂🙂🙂🙂🙂", members + Tools);

        var plain = await bench.SendAsync(request, Model);
        await using var stream = await bench.OpenAsync(request, Model);
        var chunks = (await LlmGatewayStreamTests.ReadAllAsync(stream)).ConvertAll(chunk => JsonElement.Parse(chunk));

        var message = JsonElement.Parse(plain.Answer!.Message.Span);
        var streamed = string.Concat(chunks.Select(TextOf));
        var whole = message.TryGetProperty("tool_calls", out var calls)
            ? calls[0].GetProperty("function").GetProperty("arguments").GetString()
            : message.GetProperty("content").GetString();
        Assert.That(streamed, Is.EqualTo(whole));
        Assert.That((stream.Fault, stream.FinishReason, stream.Usage), Is.EqualTo((default(Error), plain.Answer.FinishReason, plain.Answer.Usage)));
    }

    [TestCase(",\"tool_choice\":\"required\"", "hi", "weather")]
    [TestCase(",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}", "hi", "clock")]
    [TestCase("", "please [[sandbox:tool]]", "weather")]
    [TestCase("", "hi", null)]
    [TestCase(",\"tool_choice\":\"auto\"", "hi", null)]
    [TestCase(",\"tool_choice\":\"none\"", "[[sandbox:tool]]", null)]
    public async Task SendAsync_WhenToolsAreOffered_CallsOneOnlyWhereAskedTo(string choice, string text, string? tool)
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(GatewayBench.Request(text, choice + Tools), Model);

        var message = JsonElement.Parse(reply.Answer!.Message.Span);
        var called = message.TryGetProperty("tool_calls", out var calls) ? calls[0].GetProperty("function") : default;
        Assert.That(called.ValueKind == JsonValueKind.Object ? called.GetProperty("name").GetString() : null, Is.EqualTo(tool));
        Assert.That(reply.Answer.FinishReason, Is.EqualTo(tool is null ? "stop" : "tool_calls"));
        if (tool == "weather")
            Assert.That(called.GetProperty("arguments").GetString(), Is.EqualTo("{\"city\":\"sandbox\",\"days\":2}"));
    }

    [Test]
    public async Task SendAsync_WhenAToolHasAnswered_AnswersInWords()
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(
            GatewayBench.Raw("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"r\"}],\"tool_choice\":\"required\"" + Tools + "}"), Model);

        Assert.That(ContentOf(reply), Does.StartWith("[sandbox]"));
    }

    [Test]
    public async Task SendAsync_WhenASchemaIsAskedFor_AnswersWithJsonThatFits()
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(
            GatewayBench.Request(members: ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\",\"schema\":{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"}},\"required\":[\"ok\"]}}}"), Model);

        Assert.That(ContentOf(reply), Is.EqualTo("{\"ok\":true}"));
    }

    [TestCase("{\"properties\":{\"a\":{},\"a\":{}},\"type\":\"object\"}")]
    [TestCase("{\"type\":\"string\",\"minLength\":999999999}")]
    public async Task SendAsync_WhenTheSchemaCannotBeFitted_RefusesTheRequest(string schema)
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(
            GatewayBench.Request(members: $",\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"schema\":{schema}}}}}"), Model);

        Assert.That(reply.Error?.Kind, Is.EqualTo(ErrorKind.UpstreamRejected));
    }

    [TestCase(1, "length")]
    [TestCase(5, "length")]
    [TestCase(100_000, "stop")]
    public async Task SendAsync_WhenTokensAreLimited_CutsTheAnswerButNotItsLabel(int maxTokens, string finishReason)
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(GatewayBench.Request(members: $",\"max_tokens\":{maxTokens}"), Model);

        Assert.That(ContentOf(reply), Does.StartWith("[sandbox]"));
        Assert.That(reply.Answer!.FinishReason, Is.EqualTo(finishReason));
    }

    [Test]
    public async Task SendAsync_WhenSeveralChoicesAndAStopAreAskedFor_ObeysBoth()
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(GatewayBench.Request("one STOP two", ",\"n\":3,\"stop\":[\"STOP\"]"), Model);

        Assert.That(reply.Answer!.ChoiceCount, Is.EqualTo(3));
        Assert.That(ContentOf(reply), Does.EndWith("one "));
    }

    [TestCase("[[sandbox:error 500]]", "upstream_failed", 3)]
    [TestCase("[[sandbox:error 400]]", "upstream_rejected", 1)]
    [TestCase("[[sandbox:error 429 1000s]]", "upstream_failed", 1)]
    [TestCase("[[sandbox:cut-after 3]]", "upstream_failed", 3)]
    [TestCase("[[sandbox:error 500 model=upstream-a]]", "upstream_failed", 3)]
    [TestCase("[[sandbox:error 500 model=another]]", null, 1)]
    [TestCase("[[sandbox:error 9]] [[sandbox:error]] [[sandbox:nonsense]] [[sandbox: ]]", null, 1)]
    public async Task SendAsync_WhenATrialAsksForAFault_HasIt(string directive, string? code, int attempts)
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(GatewayBench.Request(directive), Model);

        Assert.That((reply.Error?.Code, reply.Attempts), Is.EqualTo((code, attempts)));
    }

    [Test]
    public async Task SendAsync_WhenOneModelIsToFail_FallsBackToTheOther()
    {
        await using var bench = Bench();

        var reply = await bench.SendAsync(GatewayBench.Request("[[sandbox:error 401 model=upstream-a]]"), Model, GatewayBench.Model("b"));

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts), Is.EqualTo((default(Error), "b", 2)));
    }

    [Test]
    public async Task SendAsync_WhenOneOrganizationsTrialsFail_OthersKeepAClosedCircuit()
    {
        await using var bench = new GatewayBench(new() { ["Llm:BreakerMinimumThroughput"] = "2", ["Llm:Retries"] = "0" }, "Development");
        for (var i = 0; i < 3; i++)
            await bench.Gateway.SendAsync(GatewayBench.Request("[[sandbox:error 500]]"), [Model], new("noisy"), null, CancellationToken.None);

        var own = await bench.Gateway.SendAsync(GatewayBench.Request(), [Model], new("noisy"), null, CancellationToken.None);
        var other = await bench.Gateway.SendAsync(GatewayBench.Request(), [Model], new("quiet"), null, CancellationToken.None);

        Assert.That((own.Error?.Code, other.Error), Is.EqualTo(("upstream_unavailable", default(Error))));
    }

    [Test]
    public async Task SendAsync_WhenADelayIsAskedFor_WaitsAndCombinesIt()
    {
        var time = new WatchedTime(TimeSpan.FromMilliseconds(800), atOnce: true);
        await using var bench = new GatewayBench(environment: "Development", time: time);

        var reply = await bench.SendAsync(GatewayBench.Request("[[sandbox:delay 800ms]] hello [[sandbox:no-usage]]"), Model);

        Assert.That((time.Waits, reply.Answer!.Usage), Is.EqualTo((1, default(SaasLlm.Domain.Catalog.TokenUsage?))));
        Assert.That(ContentOf(reply), Does.EndWith(": hello"));
    }

    [Test]
    public async Task OpenStreamAsync_WhenACutIsAskedFor_BreaksAfterSoManyChunks()
    {
        await using var bench = Bench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request("[[sandbox:cut-after 3]]"), Model);

        Assert.That((await LlmGatewayStreamTests.ReadAllAsync(stream)).Count, Is.EqualTo(3));
        Assert.That((stream.Fault?.Code, stream.Usage), Is.EqualTo(("upstream_stream_cut", default(SaasLlm.Domain.Catalog.TokenUsage?))));
    }

    [Test]
    public async Task OpenStreamAsync_WhenNoUsageIsWanted_EndsWellWithoutIt()
    {
        await using var bench = Bench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request("[[sandbox:no-usage]]"), Model);
        await LlmGatewayStreamTests.ReadAllAsync(stream);

        Assert.That((stream.Fault, stream.Usage, stream.FinishReason), Is.EqualTo((default(Error), default(SaasLlm.Domain.Catalog.TokenUsage?), "stop")));
    }

    private static GatewayBench Bench() => new(environment: "Development");

    private static string ContentOf(GatewayReply reply) =>
        JsonElement.Parse(reply.Answer!.Message.Span).GetProperty("content").GetString()!;

    private static string? TextOf(JsonElement chunk)
    {
        if (chunk.GetProperty("choices").GetArrayLength() == 0)
            return null;

        var delta = chunk.GetProperty("choices")[0].GetProperty("delta");
        if (delta.TryGetProperty("tool_calls", out var calls))
            return calls[0].GetProperty("function").GetProperty("arguments").GetString();
        return delta.TryGetProperty("content", out var content) ? content.GetString() : null;
    }
}
