using System.Text.Json;

namespace SaasLlm.Cluster.Tests;

/// <summary>What came of a request, as far as the books are concerned.</summary>
internal enum Outcome
{
    /// <summary>200, whole.</summary>
    Good,

    /// <summary>403: the wallet is empty.</summary>
    NoCredits,

    /// <summary>403: the team is suspended.</summary>
    Suspended,

    /// <summary>429, with a time after which to try again.</summary>
    Limited,

    /// <summary>503, with a time after which to try again.</summary>
    Unavailable,

    /// <summary>The node died with the request in its hands: a 502 of nginx, or a connection that broke. It may have been done or not.</summary>
    NodeLost,

    /// <summary>A stream that began well and ended without <c>[DONE]</c>.</summary>
    BrokenStream,

    /// <summary>Whatever the contract does not have.</summary>
    Surprise,
}

/// <param name="Status">0: no answer.</param>
/// <param name="Text">The body.</param>
internal sealed record Reply(int Status, string Text)
{
    /// <summary>An answer of the service itself says which request it is for; nginx's own does not.</summary>
    public bool FromService { get; init; }

    /// <summary>Whether the caller is told when to try again.</summary>
    public bool HasRetryAfter { get; init; }

    /// <summary>Of a stream: the call, named by a header.</summary>
    public Guid? CallId { get; init; }

    public bool IsGood => Outcome == Outcome.Good;

    public Outcome Outcome => Status switch
    {
        200 when CallId is not null && !Text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) => Outcome.BrokenStream,
        200 => Outcome.Good,
        403 when Text.Contains("\"insufficient_credits\"", StringComparison.Ordinal) => Outcome.NoCredits,
        403 when Text.Contains("\"team_suspended\"", StringComparison.Ordinal) => Outcome.Suspended,
        429 when HasRetryAfter => Outcome.Limited,
        503 when FromService && HasRetryAfter => Outcome.Unavailable,
        502 or 504 when !FromService => Outcome.NodeLost,
        0 => Outcome.NodeLost,
        _ => Outcome.Surprise,
    };

    public JsonElement Json => JsonElement.Parse(Text);

    public override string ToString() => $"{Status} {(Text.Length > 400 ? Text[..400] : Text)}";
}
