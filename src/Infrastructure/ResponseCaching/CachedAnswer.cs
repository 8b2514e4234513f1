using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>An answer that may serve again: a plain one as the upstream sent it, or the events of a stream in their order. Never changed, so that any number of calls can read it.</summary>
internal sealed class CachedAnswer
{
    private const int EntryOverheadBytes = 256;
    private const int EventOverheadBytes = 32;

    private CachedAnswer()
    {
    }

    /// <summary>Null of a stream.</summary>
    public ChatAnswer? Plain { get; private init; }

    /// <summary>JSON of each event; null of a plain answer.</summary>
    public IReadOnlyList<byte[]>? Events { get; private init; }

    /// <summary>The alias of the model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>True where the sandbox invented it: it serves only as long as the sandbox would.</summary>
    public required bool IsInvented { get; init; }

    /// <summary>When the upstream had answered.</summary>
    public required DateTimeOffset AnsweredAt { get; init; }

    /// <summary>What it takes in memory, about.</summary>
    public required int Bytes { get; init; }

    /// <summary>Null where the body is no answer.</summary>
    /// <param name="body">Kept; nobody else may write to it.</param>
    public static CachedAnswer? OfBody(byte[] body, string model, bool isInvented, DateTimeOffset answeredAt) =>
        ChatAnswer.Scan(body) is not { } answer
            ? null
            : new CachedAnswer
            {
                Plain = answer,
                Model = model,
                IsInvented = isInvented,
                AnsweredAt = answeredAt,
                Bytes = EntryOverheadBytes + body.Length,
            };

    /// <param name="events">Kept; nobody else may write to them.</param>
    public static CachedAnswer OfStream(IReadOnlyList<byte[]> events, string model, bool isInvented, DateTimeOffset answeredAt)
    {
        var bytes = EntryOverheadBytes;
        for (var i = 0; i < events.Count; i++)
            bytes += EventOverheadBytes + events[i].Length;
        return new CachedAnswer
        {
            Events = events,
            Model = model,
            IsInvented = isInvented,
            AnsweredAt = answeredAt,
            Bytes = bytes,
        };
    }

    /// <summary>Whether the model came to an end of its own: what broke off, or what a provider's fault ended, is not worth keeping.</summary>
    public static bool IsWhole(string? finishReason) => finishReason is not (null or "error");

    /// <summary>False where it is older than the caller takes. A node whose clock is behind sees an answer of now.</summary>
    public bool IsFresh(DateTimeOffset now, int ttlSeconds) => (now - AnsweredAt).TotalSeconds < ttlSeconds;
}
