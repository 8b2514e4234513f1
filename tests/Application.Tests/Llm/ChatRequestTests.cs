using System.Buffers;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class ChatRequestTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    [Test]
    public void Parse_WhenEverythingIsGiven_ReadsWhatTheServiceNeeds()
    {
        var request = Parse($$"""
            { "model_group" : "Chat\u0046ast", {{Messages}}, "purpose": "demo", "stream": true, "temperature": 0.5,
              "stream_options": {"include_usage": true, "include_obfuscation": false}, "max_tokens": 7, "n": 2 }
            """).Value;

        Assert.Multiple(() =>
        {
            Assert.That(request.ModelGroup, Is.EqualTo("ChatFast"));
            Assert.That(request.Model, Is.Null);
            Assert.That(request.Purpose, Is.EqualTo("demo"));
            Assert.That(request.Stream, Is.True);
            Assert.That(request.IncludeUsage, Is.True);
            Assert.That(request.MaxTokens, Is.EqualTo(7));
            Assert.That(request.PromptBytes, Is.EqualTo("[{\"role\":\"user\",\"content\":\"hi\"}]".Length));
        });
    }

    [Test]
    public void Parse_WhenBothTokenLimitsAreGiven_TakesTheNewerOne() =>
        Assert.That(Parse($$"""{ {{Messages}}, "max_completion_tokens": 3, "max_tokens": 9 }""").Value.MaxTokens, Is.EqualTo(3));

    [Test]
    public void Parse_WhenOptionalMembersAreNull_TakesThemForAbsent()
    {
        var request = Parse($$"""{ {{Messages}}, "model": null, "model_group": null, "purpose": null, "max_tokens": null, "stream": null, "stream_options": null, "tools": null, "temperature": null }""").Value;

        Assert.That((request.Model, request.ModelGroup, request.Purpose, request.MaxTokens, request.Stream), Is.EqualTo((default(string), default(string), default(string), default(int?), false)));
    }

    [Test]
    public void Parse_WhenToolsAreGiven_CountsThemIntoThePrompt()
    {
        var bare = Parse($$"""{ {{Messages}} }""").Value.PromptBytes;
        var tools = """[{"type":"function","function":{"name":"f"}}]""";

        Assert.That(Parse($$"""{ {{Messages}}, "tools": {{tools}} }""").Value.PromptBytes, Is.EqualTo(bare + tools.Length));
    }

    [Test]
    public void Parse_WhenAPictureIsInline_DoesNotCountItsBase64()
    {
        var picture = "data:image/png;base64," + new string('A', 1_000_000);
        var request = Parse($$$"""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{picture}}}"}}]}]}""").Value;

        Assert.That(request.PromptBytes, Is.InRange(ChatRequestScan.InlineDataBytes, ChatRequestScan.InlineDataBytes + 200));
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{\"messages\":[")]
    [TestCase("{\"messages\":[]} trailing")]
    [TestCase("{\"messages\":[],}")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":\"\u0001\"}]}")]
    [TestCase("{\"temperature\": 5, ")]
    public void Parse_WhenItIsNotAJsonObject_IsMalformed(string body) => AssertMalformed(Parse(body));

    [Test]
    public void Parse_WhenNestedTooDeep_IsMalformed()
    {
        var deep = new string('[', 70) + new string(']', 70);

        AssertMalformed(Parse($$"""{ {{Messages}}, "x": {{deep}} }"""));
    }

    [Test]
    public void Parse_WhenItIsNotUtf8_IsMalformed()
    {
        var body = Encoding.UTF8.GetBytes("{\"x\":\"?\"," + Messages + "}");
        body[6] = 0xff;

        AssertMalformed(ChatRequest.Parse(body));
    }

    [TestCase("{}", "messages")]
    [TestCase("{\"messages\":null}", "messages")]
    [TestCase("{\"messages\":[]}", "messages")]
    [TestCase("{\"messages\":\"hi\"}", "messages")]
    [TestCase("{\"messages\":{}}", "messages")]
    [TestCase("{\"messages\":[\"hi\"]}", "messages[0]")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"content\":\"hi\"}]}", "messages[1].role")]
    [TestCase("{\"messages\":[{\"role\":\"robot\",\"content\":\"hi\"}]}", "messages[0].role")]
    [TestCase("{\"messages\":[{\"role\":1,\"content\":\"hi\"}]}", "messages[0].role")]
    [TestCase("{\"messages\":[{\"role\":\"user\"}]}", "messages[0].content")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":null}]}", "messages[0].content")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":{\"a\":[1]}}]}", "messages[0].content")]
    [TestCase("{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":\"x\"}]}", "messages[0].tool_calls")]
    public void Parse_WhenMessagesBreakARule_NamesThePlace(string body, string field) => AssertField(Parse(body), field);

    [TestCase("\"temperature\":2.1", "temperature")]
    [TestCase("\"temperature\":-1", "temperature")]
    [TestCase("\"temperature\":\"hot\"", "temperature")]
    [TestCase("\"max_tokens\":0", "max_tokens")]
    [TestCase("\"max_tokens\":1.5", "max_tokens")]
    [TestCase("\"max_tokens\":99999999999", "max_tokens")]
    [TestCase("\"max_completion_tokens\":-3", "max_completion_tokens")]
    [TestCase("\"n\":0", "n")]
    [TestCase("\"stream\":\"yes\"", "stream")]
    [TestCase("\"stream_options\":[]", "stream_options")]
    [TestCase("\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage")]
    [TestCase("\"model\":\"\"", "model")]
    [TestCase("\"model\":7", "model")]
    [TestCase("\"model\":\"a\\u0000b\"", "model")]
    [TestCase("\"model\":\"\\ud800\"", "model")]
    [TestCase("\"model_group\":\"\\u0000\"", "model_group")]
    [TestCase("\"purpose\":\"a\\u0000\"", "purpose")]
    [TestCase("\"tools\":{}", "tools")]
    [TestCase("\"response_format\":\"json\"", "response_format")]
    [TestCase("\"model\":\"a\",\"model_group\":\"b\"", "model")]
    [TestCase("\"model\":\"a\",\"model\":\"b\"", "model")]
    [TestCase("\"model\":\"a\",\"mod\\u0065l\":\"b\"", "model")]
    [TestCase("\"messages\":[{\"role\":\"user\",\"content\":\"free\"}]", "messages")]
    public void Parse_WhenAMemberBreaksARule_NamesIt(string member, string field) => AssertField(Parse($"{{{Messages},{member},\"x\":[1]}}"), field);

    [Test]
    public void Parse_WhenPurposeIsTooLong_NamesIt() =>
        AssertField(Parse($$"""{ {{Messages}}, "purpose": "{{new string('p', 256)}}" }"""), "purpose");

    [Test]
    public void Parse_WhenARuleIsBrokenAndTheRestIsNotJson_IsMalformed() =>
        AssertMalformed(Parse("{\"temperature\":9,\"messages\":[{]"));

    [TestCase("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"a\"}]}")]
    [TestCase("{\"tool_calls\":[],\"role\":\"assistant\"}")]
    [TestCase("{\"role\":\"assistant\",\"refusal\":\"no\"}")]
    [TestCase("{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"\"}")]
    [TestCase("{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}")]
    [TestCase("{\"r\\u006fle\":\"us\\u0065r\",\"content\":\"x\"}")]
    public void Parse_WhenAMessageIsOfARareKind_AcceptsIt(string message) =>
        Assert.That(Parse($"{{\"messages\":[{message}]}}").IsSuccess, Is.True);

    [Test]
    public void WriteUpstreamBody_WhenPlain_CopiesTheCallersMembersByteForByte()
    {
        const string nasty = """
            {"job_id" : "j", "messages":[ {"role":"user", "content":"say \"model\": \ud83d\ude00 é \u00e9 \\"} ],
             "model_group":"g","seed" :  1e2 , "metadata":{"model":"mine","stream":[{"purpose":1}]},"logit_bias":{"1":-100},
             "vendor":{"deep":[[["model"]]]}, "purpose":"x","power_level":"eco","stream":true,"stream_options":{"include_usage":true},"temperature":1}
            """;

        Assert.That(Upstream(nasty, "gpt-4o", stream: false), Is.EqualTo(
            "{\"model\":\"gpt-4o\",\"messages\":[ {\"role\":\"user\", \"content\":\"say \\\"model\\\": \\ud83d\\ude00 é \\u00e9 \\\\\"} ]," +
            "\"seed\" :  1e2,\"metadata\":{\"model\":\"mine\",\"stream\":[{\"purpose\":1}]},\"logit_bias\":{\"1\":-100}," +
            "\"vendor\":{\"deep\":[[[\"model\"]]]},\"temperature\":1}"));
    }

    [TestCase("", "{\"include_usage\":true}")]
    [TestCase(",\"stream_options\":null", "{\"include_usage\":true}")]
    [TestCase(",\"stream_options\":{}", "{\"include_usage\":true}")]
    [TestCase(",\"stream_options\":{\"include_usage\":false}", "{\"include_usage\":true}")]
    [TestCase(",\"stream_options\":{ \"a\" : [1, 2], \"include_usage\":false , \"b\":{}}", "{\"a\" : [1, 2],\"b\":{},\"include_usage\":true}")]
    public void WriteUpstreamBody_WhenStreamed_AsksForUsageBesidesTheCallersOptions(string member, string expected) =>
        Assert.That(
            Upstream($"{{{Messages}{member}}}", "m", stream: true),
            Is.EqualTo($"{{\"model\":\"m\",{Messages},\"stream\":true,\"stream_options\":{expected}}}"));

    [Test]
    public void WriteUpstreamBody_WhenTheModelsNameIsOdd_EscapesIt()
    {
        using var written = JsonDocument.Parse(Upstream($"{{{Messages}}}", "a\"b\\c\u0001é", stream: false));

        Assert.That(written.RootElement.GetProperty("model").GetString(), Is.EqualTo("a\"b\\c\u0001é"));
    }

    [Test]
    public void WriteUpstreamBody_WhenThereAreManyMembers_KeepsAll()
    {
        var members = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"x{i}\":{i}"));

        Assert.That(Upstream($"{{{Messages},{members}}}", "m", stream: false), Is.EqualTo($"{{\"model\":\"m\",{Messages},{members}}}"));
    }

    private static Result<ChatRequest> Parse(string body) => ChatRequest.Parse(Encoding.UTF8.GetBytes(body));

    private static string Upstream(string body, string model, bool stream)
    {
        var output = new ArrayBufferWriter<byte>();
        Parse(body).Value.WriteUpstreamBody(output, model, stream);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void AssertMalformed(Result<ChatRequest> result) =>
        Assert.That((result.Error?.Kind, result.Error?.Code), Is.EqualTo((ErrorKind.Malformed, "malformed_json")));

    private static void AssertField(Result<ChatRequest> result, string field)
    {
        Assert.That(result.Error?.Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That(result.Error!.Fields!.Keys, Is.EqualTo([field]));
    }
}
