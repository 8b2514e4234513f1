namespace SaasLlm.Application.Events;

/// <summary>What is told of a job that has ended. Written by the statement that ends it.</summary>
public sealed record JobEventData
{
    public required Guid JobId { get; init; }

    public required string JobType { get; init; }

    public string? UserId { get; init; }

    public string? ExternalTaskId { get; init; }

    /// <summary><c>completed</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    public required int TotalCalls { get; init; }

    public required int SuccessfulCalls { get; init; }

    public required int FailedCalls { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long TotalTokens { get; init; }

    public required decimal CreditsCharged { get; init; }

    /// <summary>What the wallet still had then.</summary>
    public decimal? CreditsRemaining { get; init; }

    /// <summary>What the providers charge, in USD; the operator's webhooks alone are told.</summary>
    public decimal? TotalCostUsd { get; init; }

    /// <summary>What the customer is billed, in USD; null where no rule prices it; the operator's webhooks alone are told.</summary>
    public decimal? PriceUsd { get; init; }
}
