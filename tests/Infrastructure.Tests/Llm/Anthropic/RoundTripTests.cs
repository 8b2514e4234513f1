using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Messages;
using SaasLlm.Infrastructure.Llm.Providers.Anthropic;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>Anthropic's form at the edge and at the upstream, with the chat form between: what comes out is what went in.</summary>
internal sealed class RoundTripTests
{
    private const string Tool = """{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]},"cache_control":{"type":"ephemeral","ttl":"1h"}}""";

    [TestCase("""{"role":"user","content":"hi"}""")]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"a\u00e9\n\"","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"UklGRg=="},"cache_control":{"type":"ephemeral"}},{"type":"image","source":{"type":"url","url":"https://x/y?z=1&w=2"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"t"},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"h\u00e9\n"}},{"type":"document","source":{"type":"url","url":"https://x/y.pdf"}}]}""")]
    [TestCase("""{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"x","cache_control":{"type":"ephemeral"}},{"type":"text","text":"y"},{"type":"tool_use","id":"t1","name":"f","input":{"a":1.50,"b":[null,"\u00e9"]}},{"type":"tool_use","id":"t2","name":"g","input":{},"cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r","is_error":true},{"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0="}}],"cache_control":{"type":"ephemeral"}},{"type":"text","text":"and then"}]}""")]
    public void Messages_ThroughTheChatForm_ComeOutAsTheyWere(string messages) =>
        AssertSame($$"""{"model":"claude-opus-4-6","max_tokens":100,"messages":[{{messages}}]}""");

    [TestCase("\"system\":\"s\"")]
    [TestCase("\"system\":[{\"type\":\"text\",\"text\":\"s\"},{\"type\":\"text\",\"text\":\"t\",\"cache_control\":{\"type\":\"ephemeral\"}}]")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"auto\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"none\"}")]
    [TestCase("\"stop_sequences\":[\"a\",\"b\"],\"temperature\":0.70,\"top_k\":5,\"stream\":true")]
    [TestCase("\"top_p\":0.9,\"metadata\":{\"user_id\":\"u\"},\"cache_control\":{\"type\":\"ephemeral\"},\"service_tier\":\"standard_only\"")]
    [TestCase("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048,\"display\":\"omitted\"}")]
    [TestCase("\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"max\"}")]
    [TestCase("\"output_config\":{\"effort\":\"low\",\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"date\"}},\"required\":[\"a\"],\"additionalProperties\":false}}}")]
    public void Parameters_ThroughTheChatForm_ComeOutAsTheyWere(string members) =>
        AssertSame($$"""{"model":"claude-opus-4-6","max_tokens":100,"messages":[{"role":"user","content":"hi"}],{{members}} }""");

    [TestCase("""[{"type":"text","text":"h\u00e9"}]""", "end_turn")]
    [TestCase("""[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"x"},{"type":"tool_use","id":"t1","name":"f","input":{"a":1.50}}]""", "tool_use")]
    [TestCase("""[{"type":"text","text":"no"}]""", "refusal")]
    [TestCase("[]", "max_tokens")]
    public void AnAnswer_ThroughTheChatForm_ComesOutAsItWas(string content, string reason)
    {
        var original = $$"""{"id":"msg_00000000000000000000000000000000","type":"message","role":"assistant","model":"claude","content":{{content}},"stop_reason":"{{reason}}","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":20,"output_tokens":7} }""";

        var answer = AnthropicAnswer.Read(Encoding.UTF8.GetBytes(original), DateTimeOffset.UnixEpoch)!;
        var output = new ArrayBufferWriter<byte>();
        new MessagesSurface().WriteAnswer(output, Head(answer.Usage!.Value), answer);

        AssertJson(output.WrittenSpan, original);
    }

    [Test]
    public void AStream_ThroughTheChatForm_ComesOutAsItWas()
    {
        var chunks = new AnthropicChunks(DateTimeOffset.UnixEpoch);
        var output = new ArrayBufferWriter<byte>();
        var surface = new MessagesSurface().OpenStream(Head(default));
        foreach (var data in AnthropicEvents.Everything())
        {
            if (chunks.Translate(Encoding.UTF8.GetBytes(data)) is { Length: > 0 } chunk)
                surface.WriteChunk(output, chunk.Span);
        }

        surface.WriteEnd(output, chunks.Usage!.Value);

        var expected = AnthropicEvents.Everything().Where(data => !data.Contains("\"partial_json\":\"\"", StringComparison.Ordinal)).Select(JsonOf);
        var actual = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonOf(line[6..]));
        Assert.That(actual.Skip(1).SkipLast(2), Is.EqualTo(expected.Skip(1).SkipLast(2)));
        Assert.That(actual.SkipLast(1).Last(), Is.EqualTo(JsonOf("""{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":20,"output_tokens":42}}""")));
    }

    private static AnswerHead Head(SaasLlm.Domain.Catalog.TokenUsage usage) => new(Guid.Empty, "claude", DateTimeOffset.UnixEpoch, usage, false, default);

    private static string JsonOf(string json) => JsonNode.Parse(json)!.ToJsonString();

    private static void AssertSame(string original)
    {
        var chat = new MessagesSurface().ToChat(Encoding.UTF8.GetBytes(original)).Value;
        var output = new ArrayBufferWriter<byte>();

        var problem = AnthropicRequest.Write(output, ChatRequest.Parse(chat).Value, "claude-opus-4-6", null, original.Contains("\"stream\":true", StringComparison.Ordinal));

        Assert.That(problem, Is.Null);
        AssertJson(output.WrittenSpan, original);
    }

    private static void AssertJson(ReadOnlySpan<byte> actual, string expected) =>
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(actual), JsonNode.Parse(expected)), Is.True, Encoding.UTF8.GetString(actual));
}
