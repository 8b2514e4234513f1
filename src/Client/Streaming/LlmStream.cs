using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SaasLlm.Client;

/// <summary>Reads the answer of a streamed call: server-sent events of OpenAI's chunks, ended by <c>[DONE]</c>.</summary>
internal static class LlmStream
{
    private static readonly JsonSerializerOptions Chunks = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="ApiException">The stream has told an error, has broken off or cannot be read, or has ended without <c>[DONE]</c>.</exception>
    public static async IAsyncEnumerable<LlmStreamEvent> ReadAsync(
        Stream body, IReadOnlyDictionary<string, IEnumerable<string>> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? finishReason = null;
        LlmUsage? usage = null;
        await using var items = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(items, headers).ConfigureAwait(false))
        {
            var item = items.Current;
            if (item.Data == "[DONE]")
            {
                yield return new LlmStreamEnd(finishReason, usage, JobOf(headers));
                yield break;
            }

            if (item.EventType == "error")
                throw new ApiException("The stream has failed.", 200, item.Data, headers, innerException: null);

            var chunk = Read(item.Data, headers);
            usage = chunk.Usage ?? usage;
            foreach (var choice in chunk.Choices ?? [])
            {
                finishReason = choice.FinishReason ?? finishReason;
                if (choice.Delta?.Content is { Length: > 0 } text)
                    yield return new LlmTextDelta(text, choice.Index);
                foreach (var call in choice.Delta?.ToolCalls ?? [])
                    yield return new LlmToolCallDelta(call.Index, call.Id, call.Function?.Name, call.Function?.Arguments ?? string.Empty, choice.Index);
            }
        }

        throw BrokenOff(headers, innerException: null);
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SseItem<string>> items, IReadOnlyDictionary<string, IEnumerable<string>> headers)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            throw BrokenOff(headers, broken);
        }
    }

    private static Chunk Read(string data, IReadOnlyDictionary<string, IEnumerable<string>> headers)
    {
        try
        {
            return JsonSerializer.Deserialize<Chunk>(data, Chunks) ?? throw new JsonException("A chunk is null.");
        }
        catch (JsonException unreadable)
        {
            throw new ApiException("The stream has sent what is not a chunk.", 200, body: null, headers, unreadable);
        }
    }

    private static ApiException BrokenOff(IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? innerException) =>
        new("The stream has broken off before its end.", 200, body: null, headers, innerException);

    private static Guid? JobOf(IReadOnlyDictionary<string, IEnumerable<string>> headers) =>
        headers.TryGetValue("X-Job-Id", out var ids) && Guid.TryParse(ids.First(), out var id) ? id : null;

    private sealed record Chunk(List<Choice>? Choices, LlmUsage? Usage);

    private sealed record Choice(int Index, Delta? Delta, string? FinishReason);

    private sealed record Delta(string? Content, List<ToolCall>? ToolCalls);

    private sealed record ToolCall(int Index, string? Id, Function? Function);

    private sealed record Function(string? Name, string? Arguments);
}
