using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Lets the calls of jobs through before they are sent, by group commit. A call that was let through has a row that outlives its
/// process; settling it (<see cref="ICallSettlement"/>) takes the row away, and what nobody settles is put on record when the row expires.
/// </summary>
public interface IJobCalls
{
    /// <summary>
    /// Notes the call; where its job counts running calls, holds what it will probably cost, or refuses: a cap would be passed, the
    /// wallet has too little, the job has ended. Committed asynchronously: what a crash of the database undoes only frees credit.
    /// </summary>
    Task<Result<Nothing>> AdmitAsync(JobCall call, CancellationToken cancellationToken);

    /// <summary>Takes more for a running call and puts its expiry off; refuses where the wallet has no more, and takes nothing then.</summary>
    /// <param name="more">What it will use beyond its estimate; the default: only the expiry is put off.</param>
    Task<Result<Nothing>> ExtendAsync(JobCall call, JobUse more, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}

/// <summary>A call of a job that is about to be sent.</summary>
public sealed record JobCall
{
    public required Guid CallId { get; init; }

    public required Guid JobId { get; init; }

    public required string TeamId { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>True where the job counts the call while it runs (<see cref="JobHeader.CountsCalls"/>).</summary>
    public required bool Counted { get; init; }

    /// <summary>The group, or the model alias, that the caller asked for.</summary>
    public required string Model { get; init; }

    public string? Purpose { get; init; }

    public required bool Streamed { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>What it will probably use, at the prices of the dearest route.</summary>
    public required JobUse Estimate { get; init; }

    public string? RequestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is given up if nobody has settled it by then.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
