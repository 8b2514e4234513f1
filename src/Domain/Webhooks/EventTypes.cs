namespace SaasLlm.Domain.Webhooks;

/// <summary>What webhooks can hear of.</summary>
public static class EventTypes
{
    public const string JobCompleted = "job.completed";
    public const string JobFailed = "job.failed";
    public const string JobExpired = "job.expired";
    public const string CreditsLow = "credits.low";
    public const string CreditsExhausted = "credits.exhausted";
    public const string CreditsAdded = "credits.added";
    public const string BudgetExceeded = "budget.exceeded";
    public const string TeamSuspended = "team.suspended";
    public const string TeamPaused = "team.paused";
    public const string TeamResumed = "team.resumed";
    public const string KeyCreated = "key.created";
    public const string KeyRotated = "key.rotated";
    public const string KeyRevoked = "key.revoked";

    /// <summary>Sent on request alone; nothing listens for it.</summary>
    public const string Test = "webhook.test";

    /// <summary>All but <see cref="Test"/>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        JobCompleted, JobFailed, JobExpired, CreditsLow, CreditsExhausted, CreditsAdded, BudgetExceeded, TeamSuspended, TeamPaused, TeamResumed,
        KeyCreated, KeyRotated, KeyRevoked,
    ];

    /// <summary>True for a type, for a family of them such as <c>job.*</c>, and for <c>*</c>, which is all.</summary>
    public static bool IsFilter(string? filter) =>
        filter == "*"
        || All.Any(type => type == filter || type[..type.IndexOf('.', StringComparison.Ordinal)] + ".*" == filter);
}
