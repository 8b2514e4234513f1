using System.Text.Json.Serialization;

namespace SaasLlm.Application.Usage;

/// <summary>
/// One sum of a report. What it was not grouped by is left out; so is what does not apply, such as the job type of calls
/// without a job, and the numbers of jobs where the sums are by model.
/// </summary>
public sealed record UsageLine
{
    /// <summary>The beginning of the hour, day or month.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StartsAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrganizationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TeamId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? JobType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelGroup { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Provider { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? JobId { get; init; }

    /// <summary>Jobs that were created.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TotalJobs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SuccessfulJobs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FailedJobs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? CancelledJobs { get; init; }

    public required long TotalCalls { get; init; }

    public required long FailedCalls { get; init; }

    public required long TotalTokens { get; init; }

    /// <summary>What the providers bill, in USD.</summary>
    public required decimal TotalCostUsd { get; init; }

    public required decimal CreditsUsed { get; init; }

    /// <summary>What customers are billed, in USD: the prices of jobs, and a metered call's credits at 0.001 USD but for what was written off.</summary>
    public required decimal RevenueUsd { get; init; }
}
