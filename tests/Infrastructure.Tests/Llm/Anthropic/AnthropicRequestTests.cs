using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm.Providers.Anthropic;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>OpenAI's chat requests in Anthropic's words.</summary>
internal sealed class AnthropicRequestTests
{
    private const string User = """{"role":"user","content":"hi"}""";
    private const string Call = """{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}""";
    private const string Result = """{"role":"tool","tool_call_id":"c1","content":"r1"}""";
    private const string Tool = """{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"integer"}}}}}""";
    private const string NativeTool = """{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"integer"}}}}""";
    private const string Schema = """{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]}""";

    // The members of each message, and what becomes of them.
    [TestCase(User, """{"role":"user","content":"hi"}""")]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"h\u00e9"},{"type":"text","text":""}]}""", """{"role":"user","content":[{"type":"text","text":"h\u00e9"}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}""", """{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}""")]
    [TestCase("""{"role":"user","content":"a","cache_control":{"type":"ephemeral"}}""", """{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVB\/Rw0=","detail":"low"}}]}""", """{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVB/Rw0="}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}""", """{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]}""", """{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"filename":"document.txt","file_data":"data:text/plain;base64,aMOp"}}]}""", """{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"h\u00e9"}}]}""")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"file_data":"https://x/y.pdf"}}]}""", """{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://x/y.pdf"}}]}""")]
    [TestCase(User + "," + """{"role":"assistant","content":"ok"}""", """{"role":"user","content":"hi"},{"role":"assistant","content":"ok"}""")]
    [TestCase(User + "," + Call + "," + Result, """{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"r1"}]}""")]
    [TestCase(Call + "," + Result + "," + """{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"r2"}],"is_error":true}""" + "," + User, """{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"r1"},{"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"r2"}],"is_error":true},{"type":"text","text":"hi"}]}""")]
    [TestCase(Result + "," + Call, """{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"r1"}]},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"a":1}}]}""")]
    [TestCase("""{"role":"assistant","content":"x","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"thinking","thinking":"u","signature":""}]}""", """{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"x"}]}""")]
    [TestCase("""{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}""", """{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]}""")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]}""", """{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"INVALID_JSON":"{\"a\":"}}]}""")]
    [TestCase("""{"role":"assistant","content":null,"refusal":"no"}""", """{"role":"assistant","content":[{"type":"text","text":"no"}]}""")]
    public void Write_ForMessages_SaysTheSame(string messages, string expected) =>
        AssertJson(Members(Write($$"""{"messages":[{{messages}}]}"""), "messages"), $$"""{"messages":[{{expected}}]}""");

    [TestCase("""{"role":"system","content":"s"}""" + "," + User, "\"s\"")]
    [TestCase("""{"role":"system","content":"s"},{"role":"user","content":"x"},{"role":"developer","content":[{"type":"text","text":"d","cache_control":{"type":"ephemeral","ttl":"1h"}}]}""", """[{"type":"text","text":"s"},{"type":"text","text":"d","cache_control":{"type":"ephemeral","ttl":"1h"}}]""")]
    public void Write_ForSystemMessages_SaysThemBeforeAll(string messages, string system) =>
        AssertJson(Members(Write($$"""{"messages":[{{messages}}]}"""), "system"), $$"""{"system":{{system}} }""");

    [TestCase("\"stop\":\"a\"", "\"stop_sequences\":[\"a\"]")]
    [TestCase("\"stop\":[\"a\",\"b\"]", "\"stop_sequences\":[\"a\",\"b\"]")]
    [TestCase("\"temperature\":0.3,\"top_k\":5", "\"temperature\":0.3,\"top_k\":5")]
    [TestCase("\"temperature\":1.7", "\"temperature\":1")]
    [TestCase("\"top_p\":0.9", "\"top_p\":0.9")]
    [TestCase("\"temperature\":0.3,\"top_p\":0.9", "\"temperature\":0.3")]
    [TestCase("\"user\":\"u\"", "\"metadata\":{\"user_id\":\"u\"}")]
    [TestCase("\"seed\":1,\"frequency_penalty\":1,\"logprobs\":true,\"metadata\":{\"a\":\"b\"},\"n\":1", "")]
    [TestCase("\"service_tier\":\"default\"", "\"service_tier\":\"standard_only\"")]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\"}", "\"cache_control\":{\"type\":\"ephemeral\"}")]
    [TestCase("\"tools\":[" + Tool + "]", "\"tools\":[" + NativeTool + "]")]
    [TestCase("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"},\"cache_control\":{\"type\":\"ephemeral\"}}]", "\"tools\":[{\"name\":\"g\",\"input_schema\":{\"type\":\"object\",\"properties\":{}},\"cache_control\":{\"type\":\"ephemeral\"}}]")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":\"auto\"", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"auto\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":\"none\",\"parallel_tool_calls\":false", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"none\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":\"required\"", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"any\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}")]
    [TestCase("\"tools\":[" + Tool + "],\"parallel_tool_calls\":false", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}")]
    [TestCase("\"tools\":[],\"tool_choice\":\"auto\"", "")]
    [TestCase("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},\"reasoning_effort\":\"high\"", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},\"output_config\":{\"effort\":\"high\"}")]
    [TestCase("\"thinking\":null,\"output_config\":{\"effort\":\"max\"}", "\"output_config\":{\"effort\":\"max\"}")]
    [TestCase("\"reasoning_effort\":\"minimal\",\"temperature\":0.5", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\"}")]
    [TestCase("\"reasoning_effort\":\"none\"", "")]
    [TestCase("\"reasoning_effort\":\"high\",\"tools\":[" + Tool + "],\"tool_choice\":\"required\"", "\"tools\":[" + NativeTool + "],\"tool_choice\":{\"type\":\"any\"},\"output_config\":{\"effort\":\"high\"}")]
    [TestCase("\"response_format\":{\"type\":\"text\"}", "")]
    [TestCase("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":" + Schema + "}}", "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"description\":\"{minimum: 1}\"}},\"required\":[\"a\"],\"additionalProperties\":false}}}")]
    public void Write_ForParameters_SaysThemInItsOwnWay(string members, string expected) =>
        AssertJson(
            Write($$"""{"messages":[{{User}}],"max_tokens":9,{{members}} }"""),
            WithMembers("claude-opus-4-6", 9, expected));

    [TestCase("claude-opus-4-7", "\"temperature\":0.3,\"top_p\":1,\"top_k\":3", "")]
    [TestCase("claude-3-5-sonnet-latest", "\"temperature\":0.3,\"top_p\":1", "\"temperature\":0.3,\"top_p\":1")]
    [TestCase("claude-3-5-sonnet-latest", "\"reasoning_effort\":\"high\"", "")]
    [TestCase("claude-opus-4-5", "\"reasoning_effort\":\"low\"", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}")]
    [TestCase("claude-opus-4-7", "\"reasoning_effort\":\"xhigh\"", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"xhigh\"}")]
    [TestCase("claude-opus-4-6", "\"reasoning_effort\":\"xhigh\"", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"high\"}")]
    public void Write_ForAModel_SaysOnlyWhatItTakes(string model, string members, string expected) =>
        AssertJson(
            Write($$"""{"messages":[{{User}}],"max_tokens":9000,{{members}} }""", model),
            WithMembers(model, 9000, expected));

    [TestCase("claude-opus-4-5", "")]
    [TestCase("claude-opus-4-6", "adaptive")]
    public void Write_WhenATurnHasBegunWithoutThinking_AsksOnlyModelsThatAllowIt(string model, string thinking)
    {
        var body = Write($$"""{"messages":[{{User}},{{Call}},{{Result}}],"max_tokens":9000,"reasoning_effort":"low"}""", model);

        Assert.That((string?)body["thinking"]?["type"] ?? "", Is.EqualTo(thinking));
    }

    [Test]
    public void Write_WhenTheModelKnowsNoSchemas_ForcesAToolThatStandsForTheAnswer()
    {
        const string format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":" + Schema + "}}";

        var alone = Write($$"""{"messages":[{{User}}],{{format}} }""", "claude-sonnet-4-20250514");
        var beside = Write($$"""{"messages":[{{User}}],"tools":[{{Tool}}],{{format}} }""", "claude-sonnet-4-20250514");

        Assert.Multiple(() =>
        {
            AssertJson((JsonObject)alone["tool_choice"]!, """{"type":"tool","name":"__answer"}""");
            AssertJson((JsonObject)alone["tools"]![0]!["input_schema"]!, Schema);
            AssertJson((JsonObject)beside["tool_choice"]!, """{"type":"any"}""");
            Assert.That(beside["tools"]!.AsArray(), Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void Write_WhenJsonIsAskedForWithoutASchema_SaysSoInTheSystemPrompt()
    {
        var body = Write($$"""{"messages":[{"role":"system","content":"s"},{{User}}],"response_format":{"type":"json_object"} }""");

        Assert.That(body["system"]!.AsArray().Select(block => (string?)block!["text"]), Has.Exactly(1).EqualTo("s").And.Exactly(1).Contains("JSON object"));
    }

    [TestCase(null, null, 4096)]
    [TestCase(null, 64000, 64000)]
    [TestCase(7, 64000, 7)]
    public void Write_ForTheLengthOfTheAnswer_AlwaysSaysOne(int? asked, int? most, int expected)
    {
        var body = Write("{\"messages\":[" + User + "]" + (asked is null ? "" : $",\"max_completion_tokens\":{asked}") + "}", maxOutputTokens: most, stream: true);

        Assert.That(((int)body["max_tokens"]!, (bool)body["stream"]!), Is.EqualTo((expected, true)));
    }

    [TestCase("\"n\":2", "n:")]
    [TestCase("\"functions\":[]", "functions:")]
    [TestCase("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}]", "tools[0].type:")]
    [TestCase("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice:")]
    public void Write_WhenSomethingCannotBeSaid_NamesIt(string members, string expected) =>
        Assert.That(Problem($$"""{"messages":[{{User}}],{{members}} }"""), Does.StartWith(expected));

    [TestCase("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"input_audio","input_audio":{}}]}""", "messages[0].content[1].type:")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}""", "messages[0].content[0].file.file_data:")]
    [TestCase("""{"role":"user","content":[{"type":"image_url","image_url":{"url":"ftp://x"}}]}""", "messages[0].content[0].image_url.url:")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/plain;base64,/w=="}}]}""", "messages[0].content[0].file.file_data:")]
    [TestCase("""{"role":"function","name":"f","content":"r"}""", "messages[0].role:")]
    [TestCase("""{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}""", "messages[0].function_call:")]
    public void Write_WhenAMessageCannotBeSaid_NamesIt(string message, string expected) =>
        Assert.That(Problem($$"""{"messages":[{{message}}]}"""), Does.StartWith(expected));

    [Test]
    public void Write_WhenANameIsNoUnicode_Refuses() =>
        Assert.That(Problem("""{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"\ud800":1}}}]}"""), Does.Contain("Unicode"));

    private static string WithMembers(string model, int maxTokens, string members) =>
        $"{{\"model\":\"{model}\",\"max_tokens\":{maxTokens},\"messages\":[{User}]{(members.Length == 0 ? "" : ",")}{members}}}";

    private static string? Problem(string body) => Write(body, out _, "claude-opus-4-6", null, false);

    private static JsonObject Write(string body, string model = "claude-opus-4-6", int? maxOutputTokens = null, bool stream = false)
    {
        Assert.That(Write(body, out var written, model, maxOutputTokens, stream), Is.Null);
        return (JsonObject)JsonNode.Parse(written)!;
    }

    private static string? Write(string body, out string written, string model, int? maxOutputTokens, bool stream)
    {
        var output = new ArrayBufferWriter<byte>();
        var problem = AnthropicRequest.Write(output, ChatRequest.Parse(Encoding.UTF8.GetBytes(body)).Value, model, maxOutputTokens, stream);
        written = Encoding.UTF8.GetString(output.WrittenSpan);
        return problem;
    }

    private static JsonObject Members(JsonObject body, string name) => new() { [name] = body[name]!.DeepClone() };

    private static void AssertJson(JsonObject actual, string expected) =>
        Assert.That(JsonNode.DeepEquals(actual, JsonNode.Parse(expected)), Is.True, actual.ToJsonString());
}
