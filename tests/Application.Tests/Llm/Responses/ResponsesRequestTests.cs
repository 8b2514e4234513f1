using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Responses;

internal sealed class ResponsesRequestTests
{
    [Test]
    public void ToChat_WhenInputIsText_IsAUserMessage() =>
        Assert.That(
            Surface.ToChat("""{"model":"m","input":"h\u00e9"}""").Json(),
            Is.EqualTo("""{"model":"m","messages":[{"role":"user","content":"hé"}]}"""));

    [Test]
    public void ToChat_WhenInstructionsAreGiven_PutsThemFirst() =>
        Assert.That(
            Surface.ToChat("""{"input":[{"role":"developer","content":"b"}],"instructions":"a"}""")["messages"].Json(),
            Is.EqualTo("""[{"role":"system","content":"a"},{"role":"developer","content":"b"}]"""));

    [TestCase("model", "\"m\"")]
    [TestCase("stream", "true")]
    [TestCase("temperature", "0.50")]
    [TestCase("top_p", "0.9")]
    [TestCase("user", "\"u\"")]
    [TestCase("safety_identifier", "\"s\"")]
    [TestCase("prompt_cache_key", "\"k\"")]
    [TestCase("prompt_cache_retention", "\"24h\"")]
    [TestCase("service_tier", "\"flex\"")]
    [TestCase("power_level", "\"eco\"")]
    [TestCase("task_type", "\"code\"")]
    [TestCase("privacy_required", "true")]
    public void ToChat_WhenAMemberMeansTheSame_CopiesIt(string name, string value) =>
        Assert.That(Surface.ToChat($$"""{"input":"x","{{name}}":{{value}}}""")[name].Json(), Is.EqualTo(value));

    [TestCase("""{"store":false}""")]
    [TestCase("""{"store":null,"previous_response_id":null,"conversation":null,"prompt":null,"background":false}""")]
    [TestCase("""{"metadata":{"a":"b"},"truncation":"auto","max_tool_calls":3,"include":["reasoning.encrypted_content"]}""")]
    [TestCase("""{"tools":[],"tool_choice":"auto","parallel_tool_calls":true}""")]
    [TestCase("""{"text":{"format":{"type":"text"}},"reasoning":{"summary":"auto","effort":null},"top_logprobs":0}""")]
    [TestCase("""{"stream_options":{"include_obfuscation":false},"n":3,"messages":[],"something_new":1}""")]
    public void ToChat_WhenAMemberSaysNothingToTheModel_LeavesItOut(string members) =>
        Assert.That(
            Surface.ToChat(members.Insert(1, "\"input\":\"x\",")).Json(),
            Is.EqualTo("""{"messages":[{"role":"user","content":"x"}]}"""));

    [TestCase("""{"max_output_tokens":9}""", """{"max_completion_tokens":9}""")]
    [TestCase("""{"reasoning":{"effort":"low","summary":"auto"}}""", """{"reasoning_effort":"low"}""")]
    [TestCase("""{"text":{"verbosity":"low"}}""", """{"verbosity":"low"}""")]
    [TestCase("""{"text":{"format":{"type":"json_object"}}}""", """{"response_format":{"type":"json_object"}}""")]
    [TestCase(
        """{"text":{"format":{"type":"json_schema","strict":true,"name":"n","schema":{"type":"object"},"description":"d"}}}""",
        """{"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}}}""")]
    [TestCase("""{"top_logprobs":2}""", """{"top_logprobs":2,"logprobs":true}""")]
    [TestCase("""{"include":["message.output_text.logprobs"]}""", """{"logprobs":true}""")]
    [TestCase(
        """{"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false}],"parallel_tool_calls":false,"tool_choice":"required"}""",
        """{"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":false}}],"parallel_tool_calls":false,"tool_choice":"required"}""")]
    [TestCase(
        """{"tools":[{"type":"function","name":"f","parameters":null,"strict":null}],"tool_choice":{"type":"function","name":"f"}}""",
        """{"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}""")]
    [TestCase(
        """{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}}""",
        """{"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}}""")]
    public void ToChat_WhenAMemberIsSpelledOtherwise_TranslatesIt(string members, string expected) =>
        Assert.That(
            Surface.ToChat(members.Insert(1, "\"input\":\"x\",")).Json(),
            Is.EqualTo(expected.Insert(1, "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],")));

    [TestCase("""{"store":true}""", "store")]
    [TestCase("""{"previous_response_id":"resp_1"}""", "previous_response_id")]
    [TestCase("""{"conversation":"conv_1"}""", "conversation")]
    [TestCase("""{"prompt":{"id":"pmpt_1"}}""", "prompt")]
    [TestCase("""{"background":true}""", "background")]
    [TestCase("""{"instructions":["a"]}""", "instructions")]
    [TestCase("""{"metadata":"a"}""", "metadata")]
    [TestCase("""{"include":"a"}""", "include")]
    [TestCase("""{"max_output_tokens":0}""", "max_output_tokens")]
    [TestCase("""{"max_output_tokens":"9"}""", "max_output_tokens")]
    [TestCase("""{"top_logprobs":21}""", "top_logprobs")]
    [TestCase("""{"text":"a"}""", "text")]
    [TestCase("""{"text":{"format":"text"}}""", "text.format")]
    [TestCase("""{"text":{"format":{"type":"xml"}}}""", "text.format.type")]
    [TestCase("""{"text":{"format":{"type":"json_schema","schema":{}}}}""", "text.format.name")]
    [TestCase("""{"text":{"format":{"type":"json_schema","name":"n"}}}""", "text.format.schema")]
    [TestCase("""{"reasoning":"low"}""", "reasoning")]
    [TestCase("""{"reasoning":{"effort":1}}""", "reasoning.effort")]
    [TestCase("""{"tools":{}}""", "tools")]
    [TestCase("""{"tools":[1]}""", "tools[0]")]
    [TestCase("""{"tools":[{"name":"f"}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"function","name":"f"},{"type":"web_search"}]}""", "tools[1].type")]
    [TestCase("""{"tools":[{"type":"file_search","vector_store_ids":["v"]}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"computer_use_preview"}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"mcp","server_label":"s"}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"code_interpreter"}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"image_generation"}]}""", "tools[0].type")]
    [TestCase("""{"tools":[{"type":"function"}]}""", "tools[0].name")]
    [TestCase("""{"tools":[{"type":"function","name":"f"}],"tool_choice":"any"}""", "tool_choice")]
    [TestCase("""{"tools":[{"type":"function","name":"f"}],"tool_choice":1}""", "tool_choice")]
    [TestCase("""{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"web_search"}}""", "tool_choice.type")]
    [TestCase("""{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"function"}}""", "tool_choice.name")]
    [TestCase("""{"tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"mcp"}]}}""", "tool_choice.tools[0].type")]
    public void ToChat_WhenAMemberCannotBeServed_NamesIt(string members, string field) =>
        Refuses(members.Insert(1, "\"input\":\"x\","), field);

    [Test]
    public void ToChat_WhenStoreIsTrue_SaysWhatToSend() =>
        Assert.That(
            Surface.Translate("""{"input":"x","store":true}""").Error!.Message,
            Does.StartWith("store: is not supported: this service keeps no responses; send store: false"));

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"input":"x"} 1""")]
    [TestCase("""{"input":[{"type":"\ud800","role":"user"}]}""")]
    [TestCase("""{"input":[{"type":"reasoning","summary":[{"type":"summary_text","text":"\ud800"}]},{"role":"assistant","content":"x"}]}""")]
    public void ToChat_WhenTheBodyIsNoJson_IsMalformed(string body) =>
        Assert.That(Surface.Translate(body).Error!.Kind, Is.EqualTo(ErrorKind.Malformed));

    internal static void Refuses(string request, string field)
    {
        var error = Surface.Translate(request).Error;

        Assert.That(error, Is.Not.Null);
        Assert.That((error!.Kind, error.Fields?.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }
}
