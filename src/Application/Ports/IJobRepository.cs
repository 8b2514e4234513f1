using System.Text.Json;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Jobs as they are read. With a team id, only that team's; null is for operators.</summary>
public interface IJobRepository
{
    Task<JobResponse?> GetAsync(Guid jobId, string? teamId, CancellationToken cancellationToken);

    /// <summary>The answer to a finished job; null where it is not finished or does not exist.</summary>
    Task<JobCompletion?> GetCompletionAsync(Guid jobId, CancellationToken cancellationToken);

    Task<JobCostsResponse?> GetCostsAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Newest first. The page's key is a job id.</summary>
    Task<Page<JobResponse>> ListAsync(JobFilter filter, PageStart page, CancellationToken cancellationToken);

    /// <summary>All jobs of the filter's team that it lets through, newest first, read from the database as they are enumerated.</summary>
    IAsyncEnumerable<JobResponse> StreamAsync(JobFilter filter, CancellationToken cancellationToken);

    /// <summary>Merges an object into the metadata; an error where the whole would pass 10 KB, not found where there is no such job.</summary>
    Task<Result<JobResponse>> MergeMetadataAsync(Guid jobId, string? teamId, JsonElement metadata, CancellationToken cancellationToken);

    /// <summary>Open jobs whose time is over, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<(Guid JobId, string TeamId)>> FindExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);
}

/// <summary>Which jobs to list.</summary>
/// <param name="TeamId">Null: of all teams of the organization, or of all there are.</param>
/// <param name="OrganizationId">Not looked at where there is a team.</param>
public sealed record JobFilter(
    string? TeamId, string? OrganizationId, JobStatus? Status, string? JobType, string? UserId, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Whose a job is and whether it is still open; cached on each node and dropped when it ends.</summary>
public interface IJobDirectory
{
    ValueTask<JobHeader?> FindAsync(Guid jobId, CancellationToken cancellationToken);
}

/// <param name="Capped">True where its creator set caps.</param>
public sealed record JobHeader(Guid JobId, string TeamId, JobStatus Status, bool Capped, JobTariff Tariff)
{
    /// <summary>True where the job counts its running calls, so that each needs its row's lock.</summary>
    public bool CountsCalls => Capped || Tariff.IsByUse;
}
