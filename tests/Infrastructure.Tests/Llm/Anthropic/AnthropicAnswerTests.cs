using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Domain.Catalog;
using SaasLlm.Infrastructure.Llm.Providers.Anthropic;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>Anthropic's whole messages as chat completions.</summary>
internal sealed class AnthropicAnswerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [TestCase("""{"type":"text","text":"h\u00e9\n"}""", """{"role":"assistant","content":"h\u00e9\n"}""")]
    [TestCase("""{"type":"text","text":"a"},{"type":"text","text":"b"}""", """{"role":"assistant","content":"ab"}""")]
    [TestCase("", """{"role":"assistant","content":null}""")]
    [TestCase("""{"type":"tool_use","id":"t1","name":"f","input":{"a": [1,"é"]}},{"type":"tool_use","id":"t2","name":"g","input":{}}""", """{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\": [1,\"é\"]}"}},{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]}""")]
    [TestCase("""{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"x"}""", """{"role":"assistant","content":"x","reasoning_content":"t","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"}]}""")]
    [TestCase("""{"type":"tool_use","id":"t1","name":"__answer","input":{"a":1}}""", """{"role":"assistant","content":"{\"a\":1}"}""")]
    public void Read_ForContent_MakesOneMessage(string content, string expected)
    {
        var answer = AnthropicAnswer.Read(Message(content), Now)!;

        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(answer.Message.Span), JsonNode.Parse(expected)), Is.True, Encoding.UTF8.GetString(answer.Message.Span));
    }

    [TestCase("end_turn", "stop")]
    [TestCase("stop_sequence", "stop")]
    [TestCase("pause_turn", "stop")]
    [TestCase("max_tokens", "length")]
    [TestCase("model_context_window_exceeded", "length")]
    [TestCase("tool_use", "tool_calls")]
    [TestCase("refusal", "content_filter")]
    [TestCase("what comes later", "stop")]
    public void Read_ForAStopReason_SaysItInOpenAisWords(string reason, string expected) =>
        Assert.That(AnthropicAnswer.Read(Message("""{"type":"text","text":"x"}""", reason), Now)!.FinishReason, Is.EqualTo(expected));

    [Test]
    public void Read_WhenTheToolThatStandsForTheAnswerWasCalled_EndsLikeAnAnswer() =>
        Assert.That(AnthropicAnswer.Read(Message("""{"type":"tool_use","id":"t1","name":"__answer","input":{"a":1}}""", "tool_use"), Now)!.FinishReason, Is.EqualTo("stop"));

    [Test]
    public void Read_ForUsage_CountsAllInputAsPrompt()
    {
        var answer = AnthropicAnswer.Read(
            Message("""{"type":"text","text":"x"}""", usage: """{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":1000,"output_tokens":7,"output_tokens_details":{"thinking_tokens":4},"cache_creation":{"ephemeral_5m_input_tokens":1000},"server_tool_use":null}"""), Now)!;
        var body = JsonNode.Parse(answer.Body.Span)!;

        Assert.Multiple(() =>
        {
            Assert.That((answer.Usage!.Value.PromptTokens, answer.Usage.Value.CompletionTokens), Is.EqualTo((1110, 7)));
            Assert.That((answer.Usage!.Value.CachedTokens, answer.Usage.Value.CacheWriteTokens, answer.Usage.Value.ReasoningTokens), Is.EqualTo((100, 1000, 4)));
            Assert.That((int)body["usage"]!["total_tokens"]!, Is.EqualTo(1117));
            Assert.That((int)body["usage"]!["prompt_tokens_details"]!["cache_creation_tokens"]!, Is.EqualTo(1000));
            Assert.That(((string?)body["id"], (string?)body["object"], (long)body["created"]!, (string?)body["model"]), Is.EqualTo(("msg_1", "chat.completion", 1_700_000_000L, "claude")));
        });
    }

    [Test]
    public void Read_WhenNoUsageIsReported_HasNone() =>
        Assert.That(AnthropicAnswer.Read(Encoding.UTF8.GetBytes("""{"content":[{"type":"text","text":"x"}],"stop_reason":"end_turn"}"""), Now)!.Usage, Is.EqualTo(default(TokenUsage?)));

    [Test]
    public void Read_WhenThereAreThoughts_MeasuresEachTextOnce() =>
        Assert.That(AnthropicAnswer.Read(Message("""{"type":"thinking","thinking":"abcd","signature":"s"},{"type":"text","text":"xy"}"""), Now)!.TextBytes, Is.EqualTo(6));

    [TestCase("<html>")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""")]
    [TestCase("""{"content":"x"}""")]
    public void Read_WhenItIsNoMessage_GivesNone(string body) =>
        Assert.That(AnthropicAnswer.Read(Encoding.UTF8.GetBytes(body), Now), Is.Null);

    private static byte[] Message(string content, string reason = "end_turn", string usage = """{"input_tokens":1,"output_tokens":1}""") =>
        Encoding.UTF8.GetBytes($$"""{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{{content}}],"stop_reason":"{{reason}}","stop_sequence":null,"usage":{{usage}} }""");
}
