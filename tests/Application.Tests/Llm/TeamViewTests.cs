using System.Buffers;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class TeamViewTests
{
    private const string Head = "{\"id\":\"call-1\",\"model\":\"Chat \\\"Fast\\\"\"";

    [Test]
    public void TryWrite_WhenChunkTellsWhoServed_KeepsOnlyWhatIsStandard()
    {
        const string chunk = """
            {"id":"gen-9","provider":"Azure","model":"openai/gpt-4o","object":"chat.completion.chunk","created":17,
             "choices":[{"index":0,"delta":{"content":"the \"model\": \u00e9 🙂","model":"part of the text"},"finish_reason":null}],
             "system_fingerprint":"fp_1","service_tier":"default","x_groq":{"id":"r"},"usage":null}
            """;

        Assert.That(Write(chunk), Is.EqualTo(
            Head + ",\"object\":\"chat.completion.chunk\",\"created\":17," +
            "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"the \\\"model\\\": \\u00e9 🙂\",\"model\":\"part of the text\"},\"finish_reason\":null}]}"));
    }

    [Test]
    public void TryWrite_WhenChoicesHoldMembersOfAProvider_DropsThem() =>
        Assert.That(
            Write("""{"choices":[ {"index":0, "native_finish_reason":"end_turn", "delta":{"content":"a"} ,"finish_reason":"stop"}, {"x":{"index":9},"index":1}]}"""),
            Is.EqualTo(Head + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},{\"index\":1}]}"));

    [TestCase("{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}")]
    [TestCase("{\"choices\":[],\"prompt_filter_results\":[{}]}")]
    [TestCase("{\"id\":\"x\"}")]
    public void TryWrite_WhenNothingIsLeftToShow_SwallowsIt(string chunk) => Assert.That(Write(chunk), Is.Null);

    [Test]
    public void TryWrite_WhenUsageWasAskedFor_ShowsTokensButNoCost() =>
        Assert.That(
            Write("""{"choices":[],"usage":{"cost":0.1,"prompt_tokens": 1,"completion_tokens":2,"total_tokens":3,"is_byok":false,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{}},"model":"x"}""", showUsage: true),
            Is.EqualTo(Head + ",\"choices\":[],\"usage\":{\"prompt_tokens\": 1,\"completion_tokens\":2,\"total_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{}}}"));

    [Test]
    public void TryWrite_WhenUsageComesWithText_DropsItUnlessAskedFor() =>
        Assert.That(
            Write("""{"usage":{"prompt_tokens":1},"choices":[{"index":0}]}"""),
            Is.EqualTo(Head + ",\"choices\":[{\"index\":0}]}"));

    [Test]
    public void TryWrite_WhenMembersStandTwice_TheLastWins() =>
        Assert.That(
            Write("""{"created":1,"choices":[],"cr\u0065ated":2,"choices":[{"index":0}]}"""),
            Is.EqualTo(Head + ",\"cr\\u0065ated\":2,\"choices\":[{\"index\":0}]}"));

    [Test]
    public void TryWrite_WhenItIsAPlainAnswer_IsValidJsonWithTheMessageUntouched()
    {
        var written = Write("""{"id":"a","choices":[{"message":{"role":"assistant","content":"x"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1},"provider":"p"}""", showUsage: true);
        using var json = JsonDocument.Parse(written!);

        Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(["id", "model", "choices", "usage"]));
        Assert.That(json.RootElement.GetProperty("choices")[0].GetProperty("message").GetRawText(), Is.EqualTo("""{"role":"assistant","content":"x"}"""));
    }

    private static string? Write(string chunk, bool showUsage = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var view = new TeamView("call-1", "Chat \"Fast\"", showUsage);
        return view.TryWrite(Encoding.UTF8.GetBytes(chunk), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}
