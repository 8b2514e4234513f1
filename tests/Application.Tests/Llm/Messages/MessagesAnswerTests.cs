using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Messages;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm.Messages;

/// <summary>Chat completions as Anthropic's messages.</summary>
internal sealed class MessagesAnswerTests
{
    [TestCase("""{"role":"assistant","content":"h\u00e9"}""", "stop", """[{"type":"text","text":"h\u00e9"}]""", "end_turn")]
    [TestCase("""{"role":"assistant","content":null}""", "length", "[]", "max_tokens")]
    [TestCase("""{"role":"assistant","content":null,"refusal":"no"}""", "content_filter", """[{"type":"text","text":"no"}]""", "refusal")]
    [TestCase("""{"role":"assistant","content":"x","reasoning_content":"t","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"}]}""", "stop", """[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"x"}]""", "end_turn")]
    [TestCase("""{"role":"assistant","content":"x","reasoning":"t"}""", "stop", """[{"type":"thinking","thinking":"t","signature":""},{"type":"text","text":"x"}]""", "end_turn")]
    [TestCase("""{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}""", "stop", """[{"type":"text","text":"a"},{"type":"text","text":"b"}]""", "end_turn")]
    [TestCase("""{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": [1]}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}},{"id":"c3","type":"function","function":{"name":"h","arguments":"{\"a\""}}]}""", "tool_calls",
        """[{"type":"tool_use","id":"c1","name":"f","input":{"a":[1]}},{"type":"tool_use","id":"c2","name":"g","input":{}},{"type":"tool_use","id":"c3","name":"h","input":{"INVALID_JSON":"{\"a\""}}]""", "tool_use")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}""", "stop", """[{"type":"tool_use","id":"c1","name":"f","input":{}}]""", "tool_use")]
    public void WriteAnswer_ForAMessage_MakesBlocks(string message, string reason, string content, string stopReason)
    {
        var answer = ChatAnswer.Scan(Encoding.UTF8.GetBytes($$"""{"choices":[{"index":0,"message":{{message}},"finish_reason":"{{reason}}"}]}"""))!;
        var head = new AnswerHead(Guid.Parse("00000000-0000-0000-0000-00000000000a"), "claude", DateTimeOffset.UnixEpoch, new TokenUsage(1110, 7, 100, 4, 1000), false, default);
        var output = new ArrayBufferWriter<byte>();

        new MessagesSurface().WriteAnswer(output, head, answer);

        var expected = $$"""{"id":"msg_0000000000000000000000000000000a","type":"message","role":"assistant","model":"claude","content":{{content}},"stop_reason":"{{stopReason}}","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":1000,"cache_read_input_tokens":100,"output_tokens":7,"output_tokens_details":{"thinking_tokens":4} } }""";
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(output.WrittenSpan), JsonNode.Parse(expected)), Is.True, Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
