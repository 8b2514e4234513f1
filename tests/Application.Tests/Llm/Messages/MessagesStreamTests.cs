using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Messages;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Messages;

/// <summary>Streams of chunks as Anthropic's events.</summary>
internal sealed class MessagesStreamTests
{
    private static readonly AnswerHead Head = new(Guid.Empty, "claude", DateTimeOffset.UnixEpoch, default, false, default);

    [Test]
    public void WriteChunk_ForAText_MakesOneBlock()
    {
        var events = Write(new TokenUsage(30, 5, 10, 0, 15), """{"role":"assistant","content":""}""", """{"content":"h\u00e9"}""", """{"content":"\"llo\""}""", "stop");

        Assert.That(events, Is.EqualTo(
        [
            """message_start {"type":"message_start","message":{"id":"msg_00000000000000000000000000000000","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}""",
            """content_block_start {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\u00e9"}}""",
            """content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\"llo\""}}""",
            """content_block_stop {"type":"content_block_stop","index":0}""",
            """message_delta {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":15,"cache_read_input_tokens":10,"output_tokens":5}}""",
            """message_stop {"type":"message_stop"}""",
        ]));
    }

    [Test]
    public void WriteChunk_ForEverything_EndsEachBlockBeforeTheNext()
    {
        var events = Write(
            default,
            """{"reasoning_content":"let "}""",
            """{"reasoning_content":"me","reasoning":"me"}""",
            """{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"sig"}]}""",
            """{"thinking_blocks":[{"type":"redacted_thinking","data":"d"}]}""",
            """{"content":"x"}""",
            """{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]}""",
            "tool_calls");

        Assert.That(events.Skip(1).SkipLast(2).Select(Short), Is.EqualTo(
        [
            """start 0 {"type":"thinking","thinking":"","signature":""}""",
            """delta 0 {"type":"thinking_delta","thinking":"let "}""",
            """delta 0 {"type":"thinking_delta","thinking":"me"}""",
            """delta 0 {"type":"signature_delta","signature":"sig"}""",
            "stop 0",
            """start 1 {"type":"redacted_thinking","data":"d"}""",
            "stop 1",
            """start 2 {"type":"text","text":""}""",
            """delta 2 {"type":"text_delta","text":"x"}""",
            "stop 2",
            """start 3 {"type":"tool_use","id":"c1","name":"f","input":{}}""",
            """delta 3 {"type":"input_json_delta","partial_json":"{\"a\":"}""",
            """delta 3 {"type":"input_json_delta","partial_json":"1}"}""",
            "stop 3",
            """start 4 {"type":"tool_use","id":"c2","name":"g","input":{}}""",
            """delta 4 {"type":"input_json_delta","partial_json":"{}"}""",
            "stop 4",
        ]));
        Assert.That(events[^2], Does.Contain("\"stop_reason\":\"tool_use\""));
    }

    [Test]
    public void WriteChunk_WhenAllCallsHaveOneIndex_TellsThemApartById()
    {
        var events = Write(
            default,
            """{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]}""",
            "stop");

        Assert.That(events.Count(text => text.StartsWith("content_block_start", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void WriteChunk_WhenItSaysNothing_WritesNothingMore() =>
        Assert.That(Write(default, "{}", """{"content":null,"what_comes_later":{"content":"x"}}""", "length"), Has.Count.EqualTo(3));

    [TestCase(ErrorKind.UpstreamFailed, "api_error")]
    [TestCase(ErrorKind.UpstreamTimeout, "timeout_error")]
    [TestCase(ErrorKind.Unavailable, "overloaded_error")]
    public void WriteError_ForAFault_WritesAnErrorEvent(ErrorKind kind, string type)
    {
        var output = new ArrayBufferWriter<byte>();

        new MessagesSurface().OpenStream(Head).WriteError(output, new Error("c", "It \"broke\".", kind));

        Assert.That(Events(output), Is.EqualTo(["error " + """{"type":"error","error":{"type":"TYPE","message":"It \"broke\".","code":"c"}}""".Replace("TYPE", type, StringComparison.Ordinal)]));
    }

    /// <param name="deltas">The last one is a finish reason.</param>
    private static List<string> Write(TokenUsage usage, params string[] deltas)
    {
        var output = new ArrayBufferWriter<byte>();
        var stream = new MessagesSurface().OpenStream(Head);
        foreach (var delta in deltas[..^1])
            stream.WriteChunk(output, Encoding.UTF8.GetBytes("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}"));
        stream.WriteChunk(output, Encoding.UTF8.GetBytes("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + deltas[^1] + "\"}]}"));
        stream.WriteChunk(output, """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}"""u8);
        stream.WriteEnd(output, usage);
        return Events(output);
    }

    private static List<string> Events(ArrayBufferWriter<byte> output)
    {
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.That(text, Does.EndWith("\n\n"));
        return [.. text[..^2].Split("\n\n").Select(written =>
        {
            var lines = written.Split('\n');
            Assert.That((lines.Length, lines[0][..7], lines[1][..6]), Is.EqualTo((2, "event: ", "data: ")));
            Assert.That((string?)JsonNode.Parse(lines[1][6..])!["type"], Is.EqualTo(lines[0][7..]));
            return lines[0][7..] + " " + lines[1][6..];
        })];
    }

    private static string Short(string written)
    {
        var data = JsonNode.Parse(written[written.IndexOf(' ', StringComparison.Ordinal)..])!;
        var part = data["content_block"] ?? data["delta"];
        var text = part?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        return $"{((string)data["type"]!).Split('_')[^1]} {(int)data["index"]!} {text}".TrimEnd();
    }
}
