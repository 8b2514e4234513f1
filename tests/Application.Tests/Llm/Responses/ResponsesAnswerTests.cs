using System.Text.Json.Nodes;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm.Responses;

internal sealed class ResponsesAnswerTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    [Test]
    public void WriteAnswer_WhenTheModelSpoke_IsAWholeResponse() =>
        Assert.That(
            Surface.Answer(
                """{"id":"x","model":"secret","choices":[{"index":0,"message":{"role":"assistant","content":"h\u00e9 \"you\""},"finish_reason":"stop"}]}""",
                "{}",
                new TokenUsage(10, 5, CachedTokens: 4, ReasoningTokens: 3, CacheWriteTokens: 2)).Json(),
            Is.EqualTo(
                "{\"id\":\"resp_" + Id + "\",\"object\":\"response\",\"created_at\":1700000000,\"model\":\"fast\",\"status\":\"completed\",\"error\":null,\"incomplete_details\":null," +
                "\"output\":[{\"type\":\"message\",\"id\":\"msg_" + Id + "_0\",\"status\":\"completed\",\"role\":\"assistant\"," +
                "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"hé \\\"you\\\"\"}]}]," +
                "\"usage\":{\"input_tokens\":10,\"input_tokens_details\":{\"cached_tokens\":4,\"cache_write_tokens\":2},\"output_tokens\":5,\"output_tokens_details\":{\"reasoning_tokens\":3},\"total_tokens\":15}," +
                "\"background\":false,\"previous_response_id\":null,\"store\":false,\"truncation\":\"disabled\",\"instructions\":null,\"max_output_tokens\":null,\"max_tool_calls\":null,\"metadata\":{}," +
                "\"parallel_tool_calls\":true,\"prompt_cache_key\":null,\"reasoning\":{\"effort\":null,\"summary\":null},\"safety_identifier\":null,\"service_tier\":null,\"temperature\":null," +
                "\"text\":{\"format\":{\"type\":\"text\"}},\"tool_choice\":\"auto\",\"tools\":[],\"top_logprobs\":0,\"top_p\":null,\"user\":null}"));

    [TestCase("instructions", "\"be brief\"")]
    [TestCase("max_output_tokens", "9")]
    [TestCase("metadata", """{"a":"b"}""")]
    [TestCase("parallel_tool_calls", "false")]
    [TestCase("prompt_cache_key", "\"k\"")]
    [TestCase("reasoning", """{"effort":"low"}""")]
    [TestCase("safety_identifier", "\"s\"")]
    [TestCase("service_tier", "\"flex\"")]
    [TestCase("temperature", "0.5")]
    [TestCase("text", """{"format":{"type":"json_object"}}""")]
    [TestCase("tool_choice", """{"type":"function","name":"f"}""")]
    [TestCase("tools", """[{"type":"function","name":"f"}]""")]
    [TestCase("top_logprobs", "2")]
    [TestCase("top_p", "0.9")]
    [TestCase("user", "\"u\"")]
    public void WriteAnswer_WhenTheRequestHeldAMember_RepeatsIt(string name, string value) =>
        Assert.That(Surface.Answer(Said("x"), $$"""{"{{name}}":null,"input":"q","{{name}}":{{value}}}""")[name].Json(), Is.EqualTo(value));

    [TestCase("length", "incomplete", """{"reason":"max_output_tokens"}""", "incomplete")]
    [TestCase("content_filter", "incomplete", """{"reason":"content_filter"}""", "incomplete")]
    [TestCase("stop", "completed", "null", "completed")]
    [TestCase("tool_calls", "completed", "null", "completed")]
    [TestCase("eos", "completed", "null", "completed")]
    public void WriteAnswer_WhenTheModelStopped_SaysWhetherItIsWhole(string finishReason, string status, string details, string itemStatus)
    {
        var response = Surface.AnswerOf("""{"role":"assistant","reasoning_content":"r","content":"x"}""", finishReason);

        Assert.That((string?)response["status"], Is.EqualTo(status));
        Assert.That(response["incomplete_details"].Json(), Is.EqualTo(details));
        Assert.That((string?)response["output"]![1]!["status"], Is.EqualTo(itemStatus));
    }

    [Test]
    public void WriteAnswer_WhenTheModelReasonedSpokeAndCalled_IsAnItemForEach() =>
        Assert.That(
            Surface.AnswerOf("""
                {"role":"assistant","reasoning":"hm","content":"look","tool_calls":[
                  {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":\"\\\"\"}"}},
                  {"id":"","type":"function","function":{"name":"g","arguments":{"b":"\""}}},
                  {"id":"c3","type":"function","function":{"name":"h","arguments":""}}]}
                """, "tool_calls")["output"].Json(),
            Is.EqualTo(
                "[{\"type\":\"reasoning\",\"id\":\"rs_" + Id + "_0\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"hm\"}]}," +
                "{\"type\":\"message\",\"id\":\"msg_" + Id + "_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"look\"}]}," +
                "{\"type\":\"function_call\",\"id\":\"fc_" + Id + "_2\",\"status\":\"completed\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"\\\\\\\"\\\"}\"}," +
                "{\"type\":\"function_call\",\"id\":\"fc_" + Id + "_3\",\"status\":\"completed\",\"call_id\":\"call_" + Id + "_3\",\"name\":\"g\",\"arguments\":\"{\\\"b\\\":\\\"\\\\\\\"\\\"}\"}," +
                "{\"type\":\"function_call\",\"id\":\"fc_" + Id + "_4\",\"status\":\"completed\",\"call_id\":\"c3\",\"name\":\"h\",\"arguments\":\"{}\"}]"));

    [TestCase("""{"content":null,"refusal":"no"}""", """[{"type":"refusal","refusal":"no"}]""")]
    [TestCase("""{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"},{"type":"text","text":"b"}]}""", """[{"type":"output_text","annotations":[],"logprobs":[],"text":"ab"}]""")]
    public void WriteAnswer_WhenTheContentIsNoSingleText_IsTheSameInParts(string message, string content) =>
        Assert.That(Surface.AnswerOf(message)["output"]![0]!["content"].Json(), Is.EqualTo(content));

    [TestCase("""{"role":"assistant","content":null}""")]
    [TestCase("""{"role":"assistant","content":"","reasoning_content":"","tool_calls":[],"refusal":null}""")]
    public void WriteAnswer_WhenTheModelSaidNothing_HasNoItems(string message) =>
        Assert.That(Surface.AnswerOf(message)["output"].Json(), Is.EqualTo("[]"));

    [Test]
    public void WriteAnswer_WhenLogprobsAreThere_GivesThemWithTheText() =>
        Assert.That(
            Surface.Answer("""{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}],"refusal":null}}]}""")["output"]![0]!["content"]![0]!["logprobs"].Json(),
            Is.EqualTo("""[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}]"""));

    [Test]
    public void WriteAnswer_WhenItsItemsComeBackAsInput_IsTheMessageThatItWas()
    {
        const string message = """
            {"role":"assistant","content":"let me look","reasoning_content":"hm\n","thinking_blocks":[{"type":"thinking","thinking":"hm\n","signature":"s=="},{"type":"redacted_thinking","data":"d"}],"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}
            """;
        var response = Surface.AnswerOf(message, "tool_calls");

        var messages = Surface.ToChat($$"""{"input":{{response["output"].Json()}}}""")["messages"];

        Assert.That(JsonNode.DeepEquals(messages![0], JsonNode.Parse(message)), messages.Json());
    }

    private static string Said(string text) => $$"""{"choices":[{"message":{"role":"assistant","content":"{{text}}"},"finish_reason":"stop"}]}""";
}
