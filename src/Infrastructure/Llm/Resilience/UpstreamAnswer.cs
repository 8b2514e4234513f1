using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>How one attempt ended, as far as retry, circuit and fallback must know.</summary>
internal enum AnswerKind
{
    Good,

    /// <summary>The request itself is at fault (400, 422): nobody else need be asked.</summary>
    Rejected,

    /// <summary>Our credential, our account or the model's name is at fault: the next model may do better, another attempt will not.</summary>
    Denied,

    /// <summary>The upstream works and wants a pause (409, 429): retried, no fault of the deployment.</summary>
    Busy,

    /// <summary>The deployment is at fault (408, 5xx, broken connection, unreadable answer): retried, and counted by its circuit.</summary>
    Faulty,
}

/// <summary>What one attempt brought.</summary>
internal sealed class UpstreamAnswer
{
    public required AnswerKind Kind { get; init; }

    /// <summary>The HTTP status; null where there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How long the upstream asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The upstream's words on a rejected request, already cleared of secrets.</summary>
    public string? Message { get; init; }

    /// <summary>A good plain answer.</summary>
    public ChatAnswer? Answer { get; init; }

    /// <summary>A stream that has begun: its owner disposes it.</summary>
    public HttpResponseMessage? Response { get; init; }

    public bool IsPassing => Kind is AnswerKind.Busy or AnswerKind.Faulty;
}
