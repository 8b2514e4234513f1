using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;

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

    /// <summary>No answer in the time that an attempt has: counted by the circuit, not retried.</summary>
    TimedOut,

    /// <summary>The time of the whole call is up.</summary>
    OutOfTime,

    /// <summary>Another model answered first.</summary>
    GivenUp,

    /// <summary>The circuit is open: nothing was sent.</summary>
    Broken,

    /// <summary>The provider's API cannot say what is asked: nothing was sent.</summary>
    Unsayable,
}

/// <summary>What one attempt brought.</summary>
internal sealed class UpstreamAnswer
{
    public static readonly UpstreamAnswer TimedOut = new() { Kind = AnswerKind.TimedOut };
    public static readonly UpstreamAnswer OutOfTime = new() { Kind = AnswerKind.OutOfTime };
    public static readonly UpstreamAnswer GivenUp = new() { Kind = AnswerKind.GivenUp };

    public required AnswerKind Kind { get; init; }

    /// <summary>The HTTP status; null where there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How long the upstream asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The upstream's words on a rejected request, already cleared of secrets; or why it could not be sent.</summary>
    public string? Message { get; init; }

    /// <summary>The caller's own key, where it was refused.</summary>
    public ByokKey? RefusedKey { get; init; }

    /// <summary>A good plain answer.</summary>
    public ModelAnswer? Answer { get; init; }

    /// <summary>A stream that has begun: its owner disposes it.</summary>
    public HttpResponseMessage? Response { get; init; }

    /// <summary>Makes chunks of a begun stream's events; null where they are chunks already.</summary>
    public IChunkTranslator? Chunks { get; init; }

    /// <summary>A begun stream's place at its deployment: its owner leaves it.</summary>
    public Seat Seat { get; set; }

    public bool IsPassing => Kind is AnswerKind.Busy or AnswerKind.Faulty;

    /// <summary>Nobody else is asked after it.</summary>
    public bool IsFinal => Kind is AnswerKind.Good or AnswerKind.Rejected or AnswerKind.OutOfTime || RefusedKey is { FallsBackToPlatform: false };

    /// <summary>Lets go of an answer that nobody wants.</summary>
    public void Abandon()
    {
        if (Response is null)
            return;

        Response.Dispose();
        Seat.Leave();
    }
}
