using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Messages;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Messages;

/// <summary>Anthropic's requests as chat completions requests.</summary>
internal sealed class MessagesRequestTests
{
    private const string User = """{"role":"user","content":"hi"}""";
    private const string Tool = """{"name":"f","description":"d","input_schema":{"type":"object"}}""";
    private const string ChatTool = """{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}""";

    [TestCase(User, User)]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"hi"}]}""", User)]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}""", """{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0="}},{"type":"text","text":"b"}]}""", """{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0="}},{"type":"text","text":"b"}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}""", """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}}]}""", """{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"h\u00e9"}}]}""", """{"role":"user","content":[{"type":"file","file":{"filename":"document.txt","file_data":"data:text/plain;base64,aMOp"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://x/y.pdf"}}]}""", """{"role":"user","content":[{"type":"file","file":{"filename":"document.pdf","file_data":"https://x/y.pdf"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"then"},{"type":"tool_result","tool_use_id":"t1","content":"r1","is_error":true},{"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"r2"}],"cache_control":{"type":"ephemeral"}},{"type":"tool_result","tool_use_id":"t3"}]}""",
        """{"role":"tool","tool_call_id":"t1","content":"r1","is_error":true},{"role":"tool","tool_call_id":"t2","content":"r2","cache_control":{"type":"ephemeral"}},{"role":"tool","tool_call_id":"t3","content":""},{"role":"user","content":"then"}""")]
    [TestCase("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"url","url":"https://x"}}]}]}""", """{"role":"tool","tool_call_id":"t1","content":[{"type":"text","text":"r"},{"type":"image_url","image_url":{"url":"https://x"}}]}""")]
    [TestCase("""{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"x"},{"type":"tool_use","id":"t1","name":"f","input":{"a": 1}}]}""",
        """{"role":"assistant","content":"x","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"}],"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}""")]
    [TestCase("""{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]}""", """{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]}""")]
    [TestCase("""{"role":"assistant","content":[]}""", """{"role":"assistant","content":""}""")]
    [TestCase(User + """,{"role":"system","content":"now"}""", User + """,{"role":"system","content":"now"}""")]
    public void ToChat_ForMessages_SaysTheSame(string messages, string expected) =>
        AssertChat($$"""{"model":"m","max_tokens":9,"messages":[{{messages}}]}""", $$"""{"model":"m","max_completion_tokens":9,"messages":[{{expected}}]}""");

    [TestCase("\"s\"", "\"s\"")]
    [TestCase("""[{"type":"text","text":"s"}]""", "\"s\"")]
    [TestCase("""[{"type":"text","text":"s"},{"type":"text","text":"t","cache_control":{"type":"ephemeral"}}]""", """[{"type":"text","text":"s"},{"type":"text","text":"t","cache_control":{"type":"ephemeral"}}]""")]
    public void ToChat_ForTheSystemPrompt_MakesTheFirstMessageOfIt(string system, string expected) =>
        AssertChat(
            $$"""{"model":"m","max_tokens":9,"system":{{system}},"messages":[{{User}}]}""",
            $$"""{"model":"m","max_completion_tokens":9,"messages":[{"role":"system","content":{{expected}} },{{User}}]}""");

    [TestCase("\"stream\":true,\"temperature\":0.5,\"top_p\":0.9,\"top_k\":4", "\"stream\":true,\"temperature\":0.5,\"top_p\":0.9,\"top_k\":4")]
    [TestCase("\"stop_sequences\":[\"a\",\"b\"]", "\"stop\":[\"a\",\"b\"]")]
    [TestCase("\"stop_sequences\":[]", "")]
    [TestCase("\"metadata\":{\"user_id\":\"u\"}", "\"user\":\"u\"")]
    [TestCase("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}")]
    [TestCase("\"output_config\":{\"effort\":\"low\",\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}", "\"output_config\":{\"effort\":\"low\"},\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":true}}")]
    [TestCase("\"tools\":[" + Tool + "]", "\"tools\":[" + ChatTool + "]")]
    [TestCase("\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"input_schema\":{\"type\":\"object\"},\"strict\":true,\"cache_control\":{\"type\":\"ephemeral\"}}]", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"},\"strict\":true},\"cache_control\":{\"type\":\"ephemeral\"}}]")]
    [TestCase("\"tool_choice\":{\"type\":\"auto\"}", "\"tool_choice\":\"auto\"")]
    [TestCase("\"tool_choice\":{\"type\":\"none\"}", "\"tool_choice\":\"none\"")]
    [TestCase("\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}", "\"tool_choice\":\"required\",\"parallel_tool_calls\":false")]
    [TestCase("\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}", "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\"},\"service_tier\":\"standard_only\",\"what_comes_later\":1,\"container\":null", "\"cache_control\":{\"type\":\"ephemeral\"},\"service_tier\":\"default\"")]
    [TestCase("\"power_level\":\"eco\",\"cache\":{\"ttl\":5}", "\"power_level\":\"eco\",\"cache\":{\"ttl\":5}")]
    public void ToChat_ForParameters_SaysTheSame(string members, string expected) =>
        AssertChat(
            $$"""{"max_tokens":9,"messages":[{{User}}],{{members}} }""",
            $$"""{"max_completion_tokens":9,"messages":[{{User}}]{{(expected.Length == 0 ? "" : ",")}}{{expected}} }""");

    [TestCase("\"messages\":[" + User + "]", "max_tokens")]
    [TestCase("\"max_tokens\":0,\"messages\":[" + User + "]", "max_tokens")]
    [TestCase("\"max_tokens\":\"9\",\"messages\":[" + User + "]", "max_tokens")]
    [TestCase("\"max_tokens\":9", "messages")]
    [TestCase("\"max_tokens\":9,\"messages\":[]", "messages")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].role")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\"}]", "messages[0].content")]
    [TestCase("\"max_tokens\":9,\"messages\":[7]", "messages[0].content")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[]}]", "messages[0].content")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]", "messages[0].content[0].type")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]", "messages[0].content[0].text")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}]}]", "messages[0].content[0].source")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"citations\":{\"enabled\":true},\"source\":{\"type\":\"url\",\"url\":\"u\"}}]}]", "messages[0].content[0].citations")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"content\":\"r\"}]}]", "messages[0].content[0].tool_use_id")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"server_tool_use\"}]}]", "messages[0].content[0].type")]
    [TestCase("\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":\"x\"}]}]", "messages[0].content[0].input")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"system\":7", "system")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"temperature\":1.5", "temperature")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", "tools[0].type")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"tools\":[{\"name\":\"f\"}]", "tools[0].input_schema")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"tool_choice\":\"auto\"", "tool_choice.type")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"tool_choice\":{\"type\":\"tool\"}", "tool_choice.name")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"thinking\":true", "thinking.type")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"stop_sequences\":\"a\"", "stop_sequences")]
    [TestCase("\"max_tokens\":9,\"messages\":[" + User + "],\"mcp_servers\":[{}]", "mcp_servers")]
    public void ToChat_WhenSomethingIsWrong_NamesTheField(string members, string field)
    {
        var error = ToChat("{" + members + "}").Error;

        Assert.That((error?.Kind, error?.Fields?.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("")]
    public void ToChat_WhenItIsNoObject_SaysSo(string body) =>
        Assert.That(ToChat(body).Error?.Kind, Is.EqualTo(ErrorKind.Malformed));

    private static Result<ReadOnlyMemory<byte>> ToChat(string body) => new MessagesSurface().ToChat(Encoding.UTF8.GetBytes(body));

    private static void AssertChat(string body, string expected)
    {
        var chat = ToChat(body);
        Assert.That(chat.Error, Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(JsonNode.DeepEquals(JsonNode.Parse(chat.Value.Span), JsonNode.Parse(expected)), Is.True, Encoding.UTF8.GetString(chat.Value.Span));
            Assert.That(ChatRequest.Parse(chat.Value).Error, Is.Null);
        });
    }
}
