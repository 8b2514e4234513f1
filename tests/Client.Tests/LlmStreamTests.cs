using System.Text;

namespace SaasLlm.Client.Tests;

internal sealed class LlmStreamTests
{
    private const string End = "data: [DONE]\n\n";

    private static readonly Guid Job = Guid.Parse("01912345-0000-7000-8000-000000000001");

    private static readonly Dictionary<string, IEnumerable<string>> Headers = new(StringComparer.OrdinalIgnoreCase) { ["X-Job-Id"] = [Job.ToString()] };

    [Test]
    public async Task Read_HoweverTheBytesAreCut_GivesTextAndTheEnd([Values(1, 2, 3, 7, 64, 4096)] int piece)
    {
        const string stream =
            """
            : a comment

            data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

            data: {"choices":[{"index":0,"delta":{"content":"Grüße, "},"finish_reason":null}]}

            data: {"choices":[{"index":0,"delta":{"content":"世界 🌍"},"finish_reason":null}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0}}}

            data: [DONE]


            """;

        var events = await ReadAsync(stream, piece);

        Assert.That(events, Is.EqualTo(new LlmStreamEvent[]
        {
            new LlmTextDelta("Grüße, "),
            new LlmTextDelta("世界 🌍"),
            new LlmStreamEnd("stop", new LlmUsage(9, 3), Job),
        }));
    }

    [Test]
    public async Task Read_WhenTheModelCallsATool_GivesItsPieces()
    {
        const string stream =
            """
            data: {"choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":""}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}


            """;

        var events = await ReadAsync(stream + End);

        Assert.That(events, Is.EqualTo(new LlmStreamEvent[]
        {
            new LlmToolCallDelta(0, "call_1", "get_weather", ""),
            new LlmToolCallDelta(0, null, null, "{\"city\":"),
            new LlmStreamEnd("tool_calls", null, Job),
        }));
    }

    [Test]
    public void Read_WhenTheStreamTellsAnError_ThrowsIt()
    {
        const string stream = """
            data: {"choices":[{"index":0,"delta":{"content":"half"}}]}

            event: error
            data: {"error":{"message":"The upstream broke off.","type":"upstream_error","code":"upstream_failed","param":null}}


            """;

        var refusal = Assert.ThrowsAsync<ApiException>(() => ReadAsync(stream))!;

        Assert.That(refusal.Code, Is.EqualTo("upstream_failed"));
        Assert.That(refusal.Detail, Is.EqualTo("The upstream broke off."));
    }

    [TestCase("")]
    [TestCase("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"},\"finish_reason\":\"stop\"}]}\n\n")]
    [TestCase("data: [DONE]")]
    public void Read_WhenTheStreamEndsWithoutItsEnd_Throws(string stream) =>
        Assert.That(() => ReadAsync(stream), Throws.InstanceOf<ApiException>().With.Property(nameof(ApiException.Detail)).Contains("broken off"));

    [Test]
    public async Task Read_WhenTheConnectionBreaks_ThrowsAfterWhatHasCome()
    {
        await using var body = new BrokenStream(Encoding.UTF8.GetBytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}\n\n"));
        var events = new List<LlmStreamEvent>();

        var refusal = Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var step in LlmStream.ReadAsync(body, Headers, CancellationToken.None))
                events.Add(step);
        })!;

        Assert.That(events, Is.EqualTo(new LlmStreamEvent[] { new LlmTextDelta("half") }));
        Assert.That(refusal.InnerException, Is.InstanceOf<IOException>());
    }

    [TestCase("<html>")]
    [TestCase("null")]
    [TestCase("{\"choices\":7}")]
    public void Read_OfWhatIsNoChunk_Throws(string data) =>
        Assert.That(() => ReadAsync($"data: {data}\n\n{End}"), Throws.InstanceOf<ApiException>().With.InnerException.InstanceOf<System.Text.Json.JsonException>());

    private static async Task<List<LlmStreamEvent>> ReadAsync(string stream, int piece = 4096)
    {
        await using var body = new CutStream(Encoding.UTF8.GetBytes(stream), piece);
        var events = new List<LlmStreamEvent>();
        await foreach (var step in LlmStream.ReadAsync(body, Headers, CancellationToken.None))
            events.Add(step);
        return events;
    }

    /// <summary>Breaks where it should end.</summary>
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : ValueTask.FromException<int>(new IOException("The response ended prematurely."));
    }

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class CutStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
