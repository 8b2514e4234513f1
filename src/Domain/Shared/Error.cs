using SaasLlm.Domain.Limits;

namespace SaasLlm.Domain.Shared;

/// <summary>What sort of refusal an <see cref="Error"/> is; the edge turns each into one HTTP status.</summary>
public enum ErrorKind
{
    /// <summary>The request cannot be read at all (400).</summary>
    Malformed,

    /// <summary>The request was read and breaks a rule (422).</summary>
    Validation,

    /// <summary>The body exceeds the limit (413).</summary>
    TooLarge,

    /// <summary>The body is not of a type that the route reads (415).</summary>
    UnsupportedMediaType,

    /// <summary>No credential, or an unknown one (401).</summary>
    Unauthorized,

    /// <summary>Something of that id exists (400, as the published contract says).</summary>
    AlreadyExists,

    /// <summary>The wallet cannot pay for it (402).</summary>
    PaymentRequired,

    /// <summary>No such thing, or not the caller's to know (404).</summary>
    NotFound,

    /// <summary>The state of the thing does not allow it (409).</summary>
    Conflict,

    /// <summary>It was there and is there no more, for good (410).</summary>
    Gone,

    /// <summary>The caller is known and not allowed (403).</summary>
    Forbidden,

    /// <summary>A rate or concurrency limit is reached (429).</summary>
    TooManyRequests,

    /// <summary>The upstream refused the request itself (400 or 422 as upstream said).</summary>
    UpstreamRejected,

    /// <summary>The upstream failed after retries and fallbacks (502).</summary>
    UpstreamFailed,

    /// <summary>The upstream did not answer in time (504).</summary>
    UpstreamTimeout,

    /// <summary>Nothing can serve this now (503).</summary>
    Unavailable,

    /// <summary>A bug of this service (500).</summary>
    Internal,
}

/// <summary>An expected refusal. Bugs and outages are exceptions instead.</summary>
/// <param name="Code">Stable, machine-readable, snake_case.</param>
/// <param name="Message">One sentence for a person; says what to change and never names internals.</param>
/// <param name="Kind">Decides the HTTP status.</param>
public sealed record Error(string Code, string Message, ErrorKind Kind)
{
    /// <summary>Messages by request field; only for <see cref="ErrorKind.Validation"/>.</summary>
    public IReadOnlyDictionary<string, string[]>? Fields { get; init; }

    /// <summary>When to try again, where that is known; sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What is left of the caller's limits; only where one of them is why it was refused.</summary>
    public RateStatus? Limits { get; init; }

    /// <summary>A validation error about one field.</summary>
    public static Error Field(string field, string message) =>
        new("validation_failed", $"{field}: {message}", ErrorKind.Validation)
        {
            Fields = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] },
        };
}
