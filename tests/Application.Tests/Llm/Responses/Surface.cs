using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Responses;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Responses;

/// <summary>The surface under test, in strings.</summary>
internal static class Surface
{
    public static readonly Guid CallId = Guid.Parse("0123456789abcdef0123456789abcdef", CultureInfo.InvariantCulture);

    private static readonly ResponsesSurface Responses = ResponsesSurface.Instance;

    public static Result<ReadOnlyMemory<byte>> Translate(string request) => Responses.ToChat(Encoding.UTF8.GetBytes(request));

    /// <summary>The chat that a request becomes; checked to be one that the gateway takes.</summary>
    public static JsonObject ToChat(string request)
    {
        var chat = Translate(request);
        Assert.That(chat.Error, Is.Null);
        Assert.That(ChatRequest.Parse(chat.Value).Error, Is.Null, () => Encoding.UTF8.GetString(chat.Value.Span));
        return JsonNode.Parse(chat.Value.Span)!.AsObject();
    }

    /// <summary>The response that a whole chat answer becomes.</summary>
    public static JsonObject Answer(string answer, string request = "{}", TokenUsage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        Responses.WriteAnswer(output, Head(request, usage), ChatAnswer.Scan(Encoding.UTF8.GetBytes(answer))!);
        return JsonNode.Parse(output.WrittenSpan)!.AsObject();
    }

    /// <summary>The response that a message becomes.</summary>
    public static JsonObject AnswerOf(string message, string finishReason = "stop") =>
        Answer($$"""{"choices":[{"index":0,"message":{{message}},"finish_reason":"{{finishReason}}"}]}""");

    /// <summary>The events that deltas become, told apart by the blank lines between them and checked to be named and numbered.</summary>
    public static List<JsonObject> Stream(IEnumerable<string> deltas, string? finishReason = "stop", string request = "{}", Error? error = null, TokenUsage usage = default)
    {
        var chunks = deltas.Select(delta => $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""").ToList();
        if (finishReason is not null)
            chunks.Add($$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{finishReason}}"}]}""");
        return StreamOf(chunks, request, error, usage);
    }

    public static List<JsonObject> StreamOf(IEnumerable<string> chunks, string request = "{}", Error? error = null, TokenUsage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Responses.OpenStream(Head(request, default));
        foreach (var chunk in chunks)
            writer.WriteChunk(output, Encoding.UTF8.GetBytes(chunk));
        if (error is null)
            writer.WriteEnd(output, usage);
        else
            writer.WriteError(output, error);

        var events = new List<JsonObject>();
        foreach (var text in Encoding.UTF8.GetString(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = text.Split('\n');
            Assert.That(lines, Has.Length.EqualTo(2), text);
            var data = JsonNode.Parse(lines[1]["data: ".Length..])!.AsObject();
            Assert.That(lines[0], Is.EqualTo($"event: {data["type"]}"));
            Assert.That((int)data["sequence_number"]!, Is.EqualTo(events.Count));
            events.Add(data);
        }

        return events;
    }

    public static string Json(this JsonNode? node) => node?.ToJsonString(Relaxed) ?? "null";

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static AnswerHead Head(string request, TokenUsage usage) => new(
        CallId, "fast", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), usage, IncludeUsage: false, Encoding.UTF8.GetBytes(request));
}
