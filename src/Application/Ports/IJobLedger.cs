using System.Text.Json;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Opens and ends jobs by group commit: what queues while one transaction commits goes together into the next, so a busy
/// wallet costs one row lock a batch and not one a job. A task completes after its commit.
/// </summary>
public interface IJobLedger
{
    /// <summary>Creates the job and reserves its credits, or refuses (unknown or inactive team, insufficient credits).</summary>
    Task<Result<JobOpened>> OpenAsync(JobOpening opening, CancellationToken cancellationToken);

    /// <summary>Ends the job and charges or releases its reservation. Where it is ended already, that end is given and nothing changes.</summary>
    Task<Result<JobEnded>> EndAsync(JobEnding ending, CancellationToken cancellationToken);
}

/// <summary>A job to be created.</summary>
public sealed record JobOpening
{
    public required Guid JobId { get; init; }

    public required string TeamId { get; init; }

    public required string JobType { get; init; }

    public string? UserId { get; init; }

    public string? ExternalTaskId { get; init; }

    /// <summary>A JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Provider cost that its calls may reach, in USD; null: no cap.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Calls that it may make; null: no cap.</summary>
    public int? MaxCalls { get; init; }

    public IdempotentRequest? Idempotency { get; init; }
}

/// <summary>A job that exists: new, or made by an earlier request under the same idempotency key.</summary>
public sealed record JobOpened(Guid JobId, string TeamId, string Status, DateTimeOffset CreatedAt);

/// <summary>How a job is to end.</summary>
public sealed record JobEnding
{
    public required Guid JobId { get; init; }

    /// <summary>The team that must own it.</summary>
    public required string TeamId { get; init; }

    public required JobStatus Status { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>True: nobody ended it, its time was over.</summary>
    public bool Expired { get; init; }

    /// <summary>Merged into the job's metadata; null: nothing.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <param name="Status">The job's end: the one asked for, or the one that it already had.</param>
/// <param name="Changed">False where the job had ended before.</param>
public sealed record JobEnded(JobStatus Status, bool Changed);
