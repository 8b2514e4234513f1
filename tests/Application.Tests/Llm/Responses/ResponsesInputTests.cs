namespace SaasLlm.Application.Tests.Llm.Responses;

internal sealed class ResponsesInputTests
{
    [TestCase("""{"role":"user","content":"a"}""", """{"role":"user","content":"a"}""")]
    [TestCase("""{"type":"message","role":"system","content":[{"type":"input_text","text":"a\n"}]}""", """{"role":"system","content":"a\n"}""")]
    [TestCase(
        """{"role":"user","content":[{"type":"input_text","text":"a","cache_control":{"type":"ephemeral"}}]}""",
        """{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}""")]
    [TestCase(
        """{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"original"}]}""",
        """{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"high"}}]}""")]
    [TestCase(
        """{"role":"user","content":[{"type":"input_image","image_url":"https://a/b","detail":"auto","file_id":null}]}""",
        """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a/b","detail":"auto"}}]}""")]
    [TestCase(
        """{"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}]}""",
        """{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}}]}""")]
    [TestCase(
        """{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}""",
        """{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}""")]
    [TestCase("""{"role":"assistant","content":"a"}""", """{"role":"assistant","content":"a"}""")]
    [TestCase(
        """{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]}""",
        """{"role":"assistant","content":"a"}""")]
    [TestCase(
        """{"role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]}""",
        """{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"}]}""")]
    [TestCase(
        """{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}","status":"completed"}""",
        """{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}""")]
    [TestCase("""{"type":"function_call_output","call_id":"c","output":"42"}""", """{"role":"tool","tool_call_id":"c","content":"42"}""")]
    [TestCase(
        """{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://a"}]}""",
        """{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://a"}}]}""")]
    public void ToChat_WhenItIsOneItem_IsOneMessage(string item, string message) =>
        Assert.That(Surface.ToChat($$"""{"input":[{{item}}]}""")["messages"].Json(), Is.EqualTo($"[{message}]"));

    [Test]
    public void ToChat_WhenTheAssistantDidSeveralThings_IsOneMessageOfAll() =>
        Assert.That(
            Surface.ToChat("""
                {"input":[
                  {"role":"user","content":"q"},
                  {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"first"},{"type":"summary_text","text":"then"}]},
                  {"type":"message","role":"assistant","content":[{"type":"output_text","text":"let me look"}]},
                  {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},
                  {"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
                  {"type":"function_call_output","call_id":"c1","output":"1"},
                  {"type":"function_call_output","call_id":"c2","output":"2"},
                  {"role":"assistant","content":"three"},
                  {"role":"assistant","content":"indeed"}]}
                """)["messages"].Json(),
            Is.EqualTo(
                """[{"role":"user","content":"q"},""" +
                """{"role":"assistant","content":"let me look","reasoning_content":"first\n\nthen","tool_calls":[""" +
                """{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},""" +
                """{"role":"tool","tool_call_id":"c1","content":"1"},{"role":"tool","tool_call_id":"c2","content":"2"},""" +
                """{"role":"assistant","content":"three"},{"role":"assistant","content":"indeed"}]"""));

    [Test]
    public void ToChat_WhenTextFollowsACall_StaysWithIt() =>
        Assert.That(
            Surface.ToChat("""
                {"input":[
                  {"role":"assistant","content":"a"},
                  {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
                  {"role":"assistant","content":[{"type":"output_text","text":"b"}]},
                  {"type":"function_call_output","call_id":"c","output":"1"}]}
                """)["messages"].Json(),
            Is.EqualTo(
                """[{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},""" +
                """{"role":"tool","tool_call_id":"c","content":"1"}]"""));

    [Test]
    public void ToChat_WhenReasoningHasItsText_PrefersItToTheSummary() =>
        Assert.That(
            Surface.ToChat("""
                {"input":[{"type":"reasoning","summary":[{"type":"summary_text","text":"short"}],"content":[{"type":"reasoning_text","text":"long"}]},{"role":"assistant","content":"a"}]}
                """)["messages"].Json(),
            Is.EqualTo("""[{"role":"assistant","content":"a","reasoning_content":"long"}]"""));

    [TestCase("gAAAAABpPDIU")]
    [TestCase("thinking.%%%")]
    [TestCase("thinking.e30")]
    public void ToChat_WhenReasoningIsEncryptedBySomebodyElse_LeavesItOut(string encrypted) =>
        Assert.That(
            Surface.ToChat($$"""{"input":[{"type":"reasoning","summary":[],"encrypted_content":"{{encrypted}}"},{"role":"assistant","content":"a"},{"type":"reasoning","summary":[]}]}""")["messages"].Json(),
            Is.EqualTo("""[{"role":"assistant","content":"a"}]"""));

    [TestCase("""{}""", "input")]
    [TestCase("""{"input":null}""", "input")]
    [TestCase("""{"input":5}""", "input")]
    [TestCase("""{"input":[]}""", "input")]
    [TestCase("""{"input":["x"]}""", "input[0]")]
    [TestCase("""{"input":[{}]}""", "input[0].type")]
    [TestCase("""{"input":[{"type":"item_reference","id":"msg_1"}]}""", "input[0].type")]
    [TestCase("""{"input":[{"type":"web_search_call","id":"ws_1"}]}""", "input[0].type")]
    [TestCase("""{"input":[{"type":"message","content":"x"}]}""", "input[0].role")]
    [TestCase("""{"input":[{"role":"tool","content":"x"}]}""", "input[0].role")]
    [TestCase("""{"input":[{"role":"user"}]}""", "input[0].content")]
    [TestCase("""{"input":[{"role":"user","content":3}]}""", "input[0].content")]
    [TestCase("""{"input":[{"role":"user","content":[]}]}""", "input[0].content")]
    [TestCase("""{"input":[{"role":"user","content":["x"]}]}""", "input[0].content[0]")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"text","text":"x"}]}]}""", "input[0].content[0].type")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_text"}]}]}""", "input[0].content[0].text")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_image"}]}]}""", "input[0].content[0].image_url")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_image","file_id":"file_1"}]}]}""", "input[0].content[0].file_id")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_file","file_id":"file_1"}]}]}""", "input[0].content[0].file_id")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_file","file_url":"https://a"}]}]}""", "input[0].content[0].file_url")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_file"}]}]}""", "input[0].content[0].file_data")]
    [TestCase("""{"input":[{"role":"user","content":[{"type":"input_audio"}]}]}""", "input[0].content[0].input_audio")]
    [TestCase("""{"input":[{"role":"assistant","content":[{"type":"refusal"}]}]}""", "input[0].content[0].refusal")]
    [TestCase("""{"input":[{"role":"assistant","content":7},{"role":"user","content":"x"}]}""", "input[0].content")]
    [TestCase("""{"input":[{"type":"function_call","name":"f","arguments":"{}"}]}""", "input[0].call_id")]
    [TestCase("""{"input":[{"type":"function_call","call_id":"c","arguments":"{}"}]}""", "input[0].name")]
    [TestCase("""{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}""", "input[0].arguments")]
    [TestCase("""{"input":[{"type":"function_call_output","output":"1"}]}""", "input[0].call_id")]
    [TestCase("""{"input":[{"type":"function_call_output","call_id":"c"}]}""", "input[0].output")]
    [TestCase("""{"input":[{"type":"reasoning","summary":"x"}]}""", "input[0].summary")]
    public void ToChat_WhenAnItemIsWrong_NamesIt(string request, string field) => ResponsesRequestTests.Refuses(request, field);
}
