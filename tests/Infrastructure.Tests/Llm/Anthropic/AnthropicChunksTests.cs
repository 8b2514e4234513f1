using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaasLlm.Domain.Catalog;
using SaasLlm.Infrastructure.Llm.Providers.Anthropic;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>Anthropic's events as OpenAI's chunks.</summary>
internal sealed class AnthropicChunksTests
{
    private AnthropicChunks _chunks = null!;

    [SetUp]
    public void Begin() => _chunks = new AnthropicChunks(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    [Test]
    public void Translate_ForEverything_MakesTheDeltasOfAChat()
    {
        var chunks = All(AnthropicEvents.Everything());

        Assert.That(chunks.Select(Delta), Is.EqualTo(
        [
            """{"role":"assistant","content":""}""",
            """{"reasoning_content":"let me"}""",
            """{"reasoning_content":" see"}""",
            """{"thinking_blocks":[{"type":"thinking","signature":"sig=="}]}""",
            """{"thinking_blocks":[{"type":"redacted_thinking","data":"secret"}]}""",
            """{"content":"It \"is\" hé"}""",
            """{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}""",
            """{"tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"g","arguments":""}}]}""",
            "{} tool_calls",
            """{"prompt_tokens":35,"completion_tokens":42,"total_tokens":77,"prompt_tokens_details":{"cached_tokens":20,"cache_creation_tokens":5}}""",
        ]));
        Assert.Multiple(() =>
        {
            Assert.That(chunks.Select(chunk => ((string?)chunk["id"], (string?)chunk["object"], (long)chunk["created"]!)), Is.All.EqualTo(("msg_1", "chat.completion.chunk", 1_700_000_000L)));
            Assert.That((_chunks.IsDone, _chunks.Usage!.Value.PromptTokens, _chunks.Usage.Value.CompletionTokens), Is.EqualTo((true, 35, 42)));
        });
    }

    [Test]
    public void Translate_WhenTheStreamBreaksEarly_KnowsThePromptAndAtLeastWhatWasDelivered()
    {
        All(AnthropicEvents.Text(new string('x', 400))[..^3]);

        Assert.That((_chunks.IsDone, _chunks.Usage!.Value.PromptTokens, _chunks.Usage.Value.CompletionTokens, _chunks.Usage.Value.CachedTokens), Is.EqualTo((false, 35, 100, 20)));
    }

    [Test]
    public void Translate_ForLaterUsage_LetsItStandForWhatItSays()
    {
        All(AnthropicEvents.Start, """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":11,"cache_read_input_tokens":null,"output_tokens":3}}""");

        Assert.That((_chunks.Usage!.Value.PromptTokens, _chunks.Usage.Value.CompletionTokens), Is.EqualTo((36, 3)));
    }

    [Test]
    public void Translate_WhenAToolStandsForTheAnswer_MakesContentOfItsInput()
    {
        var chunks = All(
            AnthropicEvents.Start,
            AnthropicEvents.BlockStart(0, """{"type":"tool_use","id":"t","name":"__answer","input":{}}"""),
            AnthropicEvents.Delta(0, """{"type":"input_json_delta","partial_json":"{\"a\":1}"}"""),
            AnthropicEvents.BlockStop(0),
            AnthropicEvents.End("tool_use"));

        Assert.That(chunks.Select(Delta).Skip(1), Is.EqualTo(["""{"content":"{\"a\":1}"}""", "{} stop"]));
    }

    [Test]
    public void Translate_ForAnError_MakesAnErrorChunk() =>
        Assert.That(All("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""").Single().ContainsKey("error"));

    [TestCase("""{"type":"ping"}""")]
    [TestCase("""{"type":"what_comes_later","delta":{}}""")]
    [TestCase("""{"type":"content_block_stop","index":0}""")]
    [TestCase("""{"no":"type"}""")]
    public void Translate_ForWhatSaysNothing_MakesNoChunk(string data) => Assert.That(All(data), Is.Empty);

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"type":"content_block_delta","index":0""")]
    [TestCase("""{"type":"content_block_delta","index":0}""")]
    [TestCase("""{"type":"content_block_delta","index":0,"delta":"x"}""")]
    [TestCase("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}""")]
    public void Translate_WhenItIsBroken_Throws(string data) =>
        Assert.That(() => All(data), Throws.InstanceOf<JsonException>());

    private static string Delta(JsonObject chunk)
    {
        if (chunk["choices"]!.AsArray() is not [JsonObject choice])
            return chunk["usage"]!.ToJsonString();

        var relaxed = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        return choice["delta"]!.ToJsonString(relaxed) + (choice["finish_reason"] is { } reason ? " " + reason : "");
    }

    private List<JsonObject> All(params string[] events)
    {
        var chunks = new List<JsonObject>();
        foreach (var data in events)
        {
            var chunk = _chunks.Translate(Encoding.UTF8.GetBytes(data));
            if (chunk.Length > 0)
                chunks.Add((JsonObject)JsonNode.Parse(chunk.Span)!);
        }

        return chunks;
    }
}
