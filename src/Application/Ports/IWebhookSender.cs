namespace SaasLlm.Application.Ports;

/// <summary>Sends events to webhooks, signed as Standard Webhooks says.</summary>
public interface IWebhookSender
{
    /// <summary>One attempt, bounded in time. A receiver that refuses, or is not there, is an answer and no exception.</summary>
    Task<WebhookAnswer> SendAsync(WebhookTarget target, WebhookMessage message, CancellationToken cancellationToken);
}

/// <param name="Url">Checked again whenever a connection is made.</param>
/// <param name="PreviousSecret">Signs as well; null where the last rotation's overlap is over.</param>
public sealed record WebhookTarget(Guid WebhookId, string Url, SealedSecret Secret, SealedSecret? PreviousSecret);

/// <param name="EventId">The same at each attempt: the receiver's means to tell a repetition.</param>
/// <param name="Data">A JSON object as text.</param>
public sealed record WebhookMessage(Guid EventId, string Type, DateTimeOffset OccurredAt, string Data);

/// <summary>What came of an attempt.</summary>
/// <param name="StatusCode">The receiver's HTTP status; null where it did not answer.</param>
/// <param name="Excerpt">The beginning of its answer, at most 1 KB; null where there is none.</param>
/// <param name="Error">Why it is no success, for a person; null where it is one.</param>
/// <param name="LatencyMs">Time to the answer's headers, in ms.</param>
/// <param name="RetryAfter">What the receiver asks for; null: nothing.</param>
public sealed record WebhookAnswer(int? StatusCode, string? Excerpt, string? Error, int LatencyMs, TimeSpan? RetryAfter)
{
    public bool Ok => Error is null;

    /// <summary>The receiver wants nothing more, ever.</summary>
    public bool Gone => StatusCode == 410;
}
