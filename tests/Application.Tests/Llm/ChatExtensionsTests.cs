using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;

namespace SaasLlm.Application.Tests.Llm;

/// <summary>What is not OpenAI's goes only to those who know it.</summary>
internal sealed class ChatExtensionsTests
{
    private const string Plain = """{"model":"up","messages":[{"role":"user","content":[{"type":"text","text":"cache_control"}]},{"role":"tool","tool_call_id":"t","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"cache_control":{"type":"object"}}}}}]}""";

    [TestCase(ChatExtensions.None, "")]
    [TestCase(ChatExtensions.TopK, "\"top_k\":3")]
    [TestCase(ChatExtensions.Thinking, "\"thinking\":{\"type\":\"enabled\"}")]
    [TestCase(ChatExtensions.Anthropic, "\"output_config\":{\"effort\":\"low\"},\"cache_control\":{\"type\":\"ephemeral\"}")]
    [TestCase(ChatExtensions.All, "\"top_k\":3,\"thinking\":{\"type\":\"enabled\"},\"output_config\":{\"effort\":\"low\"},\"cache_control\":{\"type\":\"ephemeral\"}")]
    public void WriteUpstreamBody_ForMembersOfTheRequest_WritesThoseThatAreKnown(ChatExtensions known, string expected)
    {
        const string messages = """ "messages":[{"role":"user","content":"hi"}]""";

        var body = Write($$"""{"top_k":3,{{messages}},"thinking":{"type":"enabled"},"output_config":{"effort":"low"},"cache_control":{"type":"ephemeral"},"seed":1}""", known);

        Assert.That(body, Is.EqualTo("{\"model\":\"up\"," + messages.Trim() + ",\"seed\":1" + (expected.Length == 0 ? "" : ",") + expected + "}"));
    }

    [TestCase("""[{"role":"user","cache_control":{"type":"ephemeral"},"content":"hi"}]""", """[{"role":"user","content":"hi"}]""")]
    [TestCase("""[ { "cache_control" : {} , "role" : "user" , "content" : "hi" } ]""", """[{"role":"user","content":"hi"}]""")]
    [TestCase("""[{"is_error":true,"thinking_blocks":[],"role":"tool","content":"hi","cache_control":null}]""", """[{"role":"tool","content":"hi"}]""")]
    [TestCase("""[{"role":"assistant","content":"a","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"}],"x":1},{"role":"user","content":[{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}},{"cache_control":{},"type":"text","text":"c"}]}]""",
        """[{"role":"assistant","content":"a","x":1},{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]}]""")]
    [TestCase("""[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","cache_control":{},"function":{"name":"f","arguments":"{}"}}]}]""",
        """[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]""")]
    public void WriteUpstreamBody_ForExtensionsInMessages_LeavesThemOutWhereTheyAreNotKnown(string messages, string expected)
    {
        var given = $$"""{"messages":{{messages}} }""";

        Assert.Multiple(() =>
        {
            Assert.That(JsonNode.Parse(Write(given, ChatExtensions.None))!["messages"]!.ToJsonString(), Is.EqualTo(expected));
            Assert.That(Write(given, ChatExtensions.Anthropic), Is.EqualTo("{\"model\":\"up\",\"messages\":" + messages + "}"));
        });
    }

    [Test]
    public void WriteUpstreamBody_ForExtensionsOfTools_LeavesOutOnlyThem() =>
        Assert.That(
            Write("""{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"cache_control":{"type":"object"}}}},"cache_control":{"type":"ephemeral"}}]}""", ChatExtensions.TopK),
            Is.EqualTo("""{"model":"up","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"cache_control":{"type":"object"}}}}}]}"""));

    [Test]
    public void WriteUpstreamBody_WhenThingsOnlyLookLikeExtensions_CopiesThemByteForByte() =>
        Assert.That(Write(Plain.Replace("\"model\":\"up\",", "", StringComparison.Ordinal), ChatExtensions.None), Is.EqualTo(Plain));

    private static string Write(string body, ChatExtensions known)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatRequest.Parse(Encoding.UTF8.GetBytes(body)).Value.WriteUpstreamBody(output, "up", stream: false, known);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
