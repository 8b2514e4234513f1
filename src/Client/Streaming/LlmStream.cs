using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SaasLlm.Client;

/// <summary>Reads the answer of a streamed call: server-sent events of OpenAI's chunks, ended by <c>[DONE]</c>.</summary>
internal static class LlmStream
{
    private static readonly JsonSerializerOptions Chunks = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="ApiException">The stream has told an error, or has ended without <c>[DONE]</c>.</exception>
    public static async IAsyncEnumerable<LlmStreamEvent> ReadAsync(
        Stream body, IReadOnlyDictionary<string, IEnumerable<string>> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? finishReason = null;
        LlmUsage? usage = null;
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken).ConfigureAwait(false))
        {
            if (item.Data == "[DONE]")
            {
                yield return new LlmStreamEnd(finishReason, usage, JobOf(headers));
                yield break;
            }

            if (item.EventType == "error")
                throw new ApiException("The stream has failed.", 200, item.Data, headers, innerException: null);

            var chunk = JsonSerializer.Deserialize<Chunk>(item.Data, Chunks)!;
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

        throw new ApiException("The stream has broken off before its end.", 200, body: null, headers, innerException: null);
    }

    private static Guid? JobOf(IReadOnlyDictionary<string, IEnumerable<string>> headers) =>
        headers.TryGetValue("X-Job-Id", out var ids) && Guid.TryParse(ids.First(), out var id) ? id : null;

    private sealed record Chunk(List<Choice>? Choices, LlmUsage? Usage);

    private sealed record Choice(int Index, Delta? Delta, string? FinishReason);

    private sealed record Delta(string? Content, List<ToolCall>? ToolCalls);

    private sealed record ToolCall(int Index, string? Id, Function? Function);

    private sealed record Function(string? Name, string? Arguments);
}
