using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm.Responses;

internal sealed class ResponsesStreamTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    [Test]
    public void WriteChunk_WhenTheModelSpeaks_TellsEachStep() =>
        Assert.That(
            Steps(Surface.Stream(["""{"role":"assistant","content":""}""", """{"content":"h\u00e9"}""", """{"content":" you"}"""])),
            Is.EqualTo(
            [
                "response.created in_progress",
                "response.in_progress in_progress",
                "response.output_item.added 0 message in_progress",
                "response.content_part.added 0 output_text \"\"",
                "response.output_text.delta 0 \"hé\"",
                "response.output_text.delta 0 \" you\"",
                "response.output_text.done 0 \"hé you\"",
                "response.content_part.done 0 output_text \"hé you\"",
                "response.output_item.done 0 message completed",
                "response.completed completed",
            ]));

    [Test]
    public void WriteChunk_WhenTheModelReasonsAndCalls_TellsEachStep() =>
        Assert.That(
            Steps(Surface.Stream(
            [
                """{"reasoning_content":"let "}""",
                """{"reasoning_content":"me see"}""",
                """{"content":"Looking"}""",
                """{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}""",
                """{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]}""",
            ],
            "tool_calls")),
            Is.EqualTo(
            [
                "response.created in_progress",
                "response.in_progress in_progress",
                "response.output_item.added 0 reasoning",
                "response.reasoning_summary_part.added 0 summary_text \"\"",
                "response.reasoning_summary_text.delta 0 \"let \"",
                "response.reasoning_summary_text.delta 0 \"me see\"",
                "response.reasoning_summary_text.done 0 \"let me see\"",
                "response.reasoning_summary_part.done 0 summary_text \"let me see\"",
                "response.output_item.done 0 reasoning",
                "response.output_item.added 1 message in_progress",
                "response.content_part.added 1 output_text \"\"",
                "response.output_text.delta 1 \"Looking\"",
                "response.output_text.done 1 \"Looking\"",
                "response.content_part.done 1 output_text \"Looking\"",
                "response.output_item.done 1 message completed",
                "response.output_item.added 2 function_call in_progress f()",
                "response.function_call_arguments.delta 2 \"{\\\"a\\\"\"",
                "response.function_call_arguments.delta 2 \":1}\"",
                "response.output_item.added 3 function_call in_progress g()",
                "response.function_call_arguments.delta 3 \"{}\"",
                "response.function_call_arguments.done 2 \"{\\\"a\\\":1}\"",
                "response.output_item.done 2 function_call completed f({\"a\":1})",
                "response.function_call_arguments.done 3 \"{}\"",
                "response.output_item.done 3 function_call completed g({})",
                "response.completed completed",
            ]));

    [Test]
    public void WriteChunk_WhenTheModelRefuses_TellsARefusal() =>
        Assert.That(
            Steps(Surface.Stream(["""{"content":"Well"}""", """{"refusal":"no"}"""])).Skip(3),
            Is.EqualTo(
            [
                "response.content_part.added 0 output_text \"\"",
                "response.output_text.delta 0 \"Well\"",
                "response.output_text.done 0 \"Well\"",
                "response.content_part.done 0 output_text \"Well\"",
                "response.content_part.added 0 refusal \"\"",
                "response.refusal.delta 0 \"no\"",
                "response.refusal.done 0 \"no\"",
                "response.content_part.done 0 refusal \"no\"",
                "response.output_item.done 0 message completed",
                "response.completed completed",
            ]));

    [TestCase("""{"role":"assistant","content":"some text"}""", "stop")]
    [TestCase("""{"role":"assistant","content":"some te"}""", "length")]
    [TestCase("""{"role":"assistant","reasoning_content":"hm","content":"a","refusal":"b"}""", "stop")]
    [TestCase("""{"role":"assistant","reasoning_content":"hm","tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}""", "tool_calls")]
    [TestCase("""{"role":"assistant","reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"s"}],"content":"a"}""", "stop")]
    [TestCase("""{"role":"assistant"}""", "stop")]
    public void WriteEnd_WhenAMessageCameInOnePiece_IsItsPlainAnswer(string message, string finishReason)
    {
        var response = Surface.Stream([message], finishReason)[^1]["response"];

        Assert.That(response.Json(), Is.EqualTo(Surface.AnswerOf(message, finishReason).Json()));
    }

    [Test]
    public void WriteEnd_WhenTheModelWasCutShort_IsIncomplete()
    {
        var events = Surface.Stream(["""{"content":"some te"}"""], "length");

        Assert.That(Steps(events)[^2..], Is.EqualTo(["response.output_item.done 0 message incomplete", "response.incomplete incomplete"]));
        Assert.That(events[^1]["response"]!["incomplete_details"].Json(), Is.EqualTo("""{"reason":"max_output_tokens"}"""));
    }

    [Test]
    public void WriteEnd_WhenUsageIsKnown_GivesIt() =>
        Assert.That(
            Surface.Stream(["""{"content":"x"}"""], usage: new TokenUsage(7, 3, CachedTokens: 2))[^1]["response"]!["usage"].Json(),
            Is.EqualTo("""{"input_tokens":7,"input_tokens_details":{"cached_tokens":2,"cache_write_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10}"""));

    [Test]
    public void WriteEnd_WhenNothingCame_IsAnEmptyResponse() =>
        Assert.That(Steps(Surface.StreamOf([])), Is.EqualTo(["response.created in_progress", "response.in_progress in_progress", "response.completed completed"]));

    [Test]
    public void WriteChunk_WhenItHoldsNoChoice_TellsNothing() =>
        Assert.That(
            Steps(Surface.StreamOf(["""{"choices":[],"prompt_filter_results":[]}""", """{"usage":{"prompt_tokens":1}}""", """{"choices":[{"index":0}]}""", """{"choices":[{"delta":null,"finish_reason":"stop"}]}"""])),
            Is.EqualTo(["response.created in_progress", "response.in_progress in_progress", "response.completed completed"]));

    [Test]
    public void WriteChunk_WhenTheRequestSpansLines_KeepsEachEventOnOne()
    {
        // Surface.Stream would see a third line in the event.
        var events = Surface.Stream([], request: "{\n\"tools\":[\r\n{\"type\":\"function\",\n\"name\":\"f\\n\"}]\n}");

        Assert.That((string?)events[0]["response"]!["tools"]![0]!["name"], Is.EqualTo("f\n"));
    }

    [Test]
    public void WriteChunk_WhenCallsComeMixed_KeepsThemApart()
    {
        var events = Surface.Stream(
        [
            """{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":"}}]}""",
            """{"tool_calls":[{"index":1,"function":{"arguments":"2}"}},{"index":0,"function":{"arguments":"1}"}}]}""",
        ]);

        Assert.That(Calls(events), Is.EqualTo(["""a f {"x":1}""", """b g {"y":2}"""]));
    }

    [Test]
    public void WriteChunk_WhenTheServerNumbersNoCalls_TellsThemApartById()
    {
        var events = Surface.Stream(
        [
            """{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}""",
            """{"tool_calls":[{"id":"b","function":{"name":"f","arguments":"{\"z\""}}]}""",
            """{"tool_calls":[{"function":{"arguments":":3}"}}]}""",
        ]);

        Assert.That(Calls(events), Is.EqualTo(["a f {}", """b f {"z":3}"""]));
    }

    [Test]
    public void WriteChunk_WhenASurrogatePairIsCut_JoinsItAgain() =>
        Assert.That(
            (string?)Surface.Stream(["""{"content":"\ud83d"}""", """{"content":"\ude42"}"""])[^1]["response"]!["output"]![0]!["content"]![0]!["text"],
            Is.EqualTo("🙂"));

    [TestCase(""","thinking_blocks":[{"type":"thinking","thinking":"let "}]""", ""","thinking_blocks":[{"type":"thinking","thinking":"me","signature":null}]""")]
    [TestCase("", "")]
    public void WriteChunk_WhenThinkingIsSignedInPieces_GivesItBackWhole(string first, string second)
    {
        var events = Surface.Stream(
        [
            "{\"reasoning_content\":\"let \"" + first + "}",
            "{\"reasoning_content\":\"me\"" + second + "}",
            """{"thinking_blocks":[{"type":"thinking","signature":"s=="}]}""",
            """{"thinking_blocks":[{"type":"redacted_thinking","data":"d"}]}""",
            """{"reasoning_content":" too"}""",
            """{"thinking_blocks":[{"type":"thinking","signature":"t"}]}""",
            """{"content":"a"}""",
        ]);

        var messages = Surface.ToChat($$"""{"input":{{events[^1]["response"]!["output"].Json()}}}""")["messages"];

        Assert.That(
            messages![0]!["thinking_blocks"].Json(),
            Is.EqualTo("""[{"type":"thinking","thinking":"let me","signature":"s=="},{"type":"redacted_thinking","data":"d"},{"type":"thinking","thinking":" too","signature":"t"}]"""));
        Assert.That((string?)messages[0]!["reasoning_content"], Is.EqualTo("let me too"));
    }

    [Test]
    public void WriteChunk_WhenLogprobsCome_GivesThemWithTheTextAndAtItsEnd()
    {
        var events = Surface.StreamOf(
        [
            """{"choices":[{"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}]}}]}""",
            """{"choices":[{"delta":{"content":"b"},"logprobs":{"content":[]}}]}""",
            """{"choices":[{"delta":{"content":"c"},"logprobs":{"content":[{"token":"c"}]}}]}""",
        ]);

        Assert.That(
            events.Where(data => data.ContainsKey("logprobs")).Select(data => data["logprobs"].Json()),
            Is.EqualTo(["""[{"token":"a"}]""", "[]", """[{"token":"c"}]""", """[{"token":"a"},{"token":"c"}]"""]));
    }

    [Test]
    public void WriteError_WhenTheStreamBreaks_TellsTheErrorAndThatItFailed()
    {
        var events = Surface.Stream(["""{"content":"so"}"""], finishReason: null, error: LlmErrors.StreamCut());

        Assert.That(
            events[^2].Json(),
            Is.EqualTo(
                """{"type":"error","sequence_number":5,"code":"upstream_stream_cut","message":"The model's answer broke off before its end.","param":null""" +
                ""","error":{"type":"server_error","code":"upstream_stream_cut","message":"The model's answer broke off before its end.","param":null}}"""));
        Assert.That((string?)events[^1]["type"], Is.EqualTo("response.failed"));
        Assert.That((string?)events[^1]["response"]!["status"], Is.EqualTo("failed"));
        Assert.That(events[^1]["response"]!["error"].Json(), Is.EqualTo("""{"code":"server_error","message":"The model's answer broke off before its end."}"""));
    }

    [Test]
    public void WriteChunk_WhenEventsAreOfOneItem_ShareItsId() =>
        Assert.That(
            Surface.Stream(["""{"content":"x"}"""]).Where(data => data.ContainsKey("item_id")).Select(data => (string?)data["item_id"]).Distinct(),
            Is.EqualTo([$"msg_{Id}_0"]));

    private static IEnumerable<string> Calls(List<JsonObject> events) =>
        events[^1]["response"]!["output"]!.AsArray().Select(call => $"{call!["call_id"]} {call["name"]} {call["arguments"]}");

    /// <summary>Each event in a line: its type, its place, and what it says.</summary>
    private static List<string> Steps(List<JsonObject> events) => [.. events.Select(data =>
    {
        var line = $"{data["type"]}";
        if (data["response"] is { } response)
            return $"{line} {response["status"]}";

        line += $" {data["output_index"]}";
        if (data["item"] is { } item)
        {
            var call = item["name"] is null ? string.Empty : $" {item["name"]}({item["arguments"]})";
            return $"{line} {item["type"]} {item["status"]}{call}".TrimEnd();
        }

        if (data["part"] is { } part)
            return $"{line} {part["type"]} {(part["text"] ?? part["refusal"]).Json()}";
        return $"{line} {(data["delta"] ?? data["text"] ?? data["refusal"] ?? data["arguments"]).Json()}";
    })];
}
