namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>How webhooks are served: configuration section <c>Webhooks</c>.</summary>
public sealed record WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Longest wait for a receiver's answer, in seconds; 1 to 60; default 10.</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>How often each node looks for events to deliver, in ms; 50 to 60,000; default 500.</summary>
    public int PollIntervalMs { get; init; } = 500;

    /// <summary>Webhooks that a node delivers to at the same time; 1 to 1,000; default 32.</summary>
    public int Parallelism { get; init; } = 32;

    /// <summary>For how many hours a webhook that fails is tried again before it is switched off; 1 to 720; default 72.</summary>
    public int RetryHours { get; init; } = 72;

    /// <summary>For how many days what was delivered is kept, and what waits for a webhook that is switched off; 1 to 3,650; default 30.</summary>
    public int RetentionDays { get; init; } = 30;

    internal static bool AreInRange(WebhookOptions options) =>
        options.TimeoutSeconds is >= 1 and <= 60
        && options.PollIntervalMs is >= 50 and <= 60_000
        && options.Parallelism is >= 1 and <= 1_000
        && options.RetryHours is >= 1 and <= 720
        && options.RetentionDays is >= 1 and <= 3_650;
}
