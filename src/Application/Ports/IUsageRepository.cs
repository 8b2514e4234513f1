using SaasLlm.Application.Usage;
using SaasLlm.Domain.Usage;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Sums over jobs and calls, from the rollups and what is not yet in them. What a job came to belongs to the time at which it
/// was created, a call without a job to its own.
/// </summary>
public interface IUsageRepository
{
    /// <summary>What the jobs of a team, or of all teams of an organization, came to within a period.</summary>
    /// <param name="teamId">Null: the whole organization's.</param>
    Task<UsageFigures> GetAsync(string organizationId, string? teamId, UsagePeriod period, CancellationToken cancellationToken);

    /// <summary>Sums in the order of what they are grouped by, read from the database as they are enumerated.</summary>
    IAsyncEnumerable<UsageLine> ListAsync(UsageSelection selection, CancellationToken cancellationToken);

    /// <summary>Ended jobs that were created within the period, dearest first.</summary>
    IAsyncEnumerable<UsageLine> ListDearestJobsAsync(UsagePeriod period, int limit, CancellationToken cancellationToken);
}

/// <summary>Which sums are asked for.</summary>
public sealed record UsageSelection(UsageDimensions Dimensions, CalendarCover Cover)
{
    public string? OrganizationId { get; init; }

    public string? TeamId { get; init; }

    public string? JobType { get; init; }

    /// <summary>True: without the calls that have no job.</summary>
    public bool JobsOnly { get; init; }

    /// <summary>Only so many, dearest first; null: all of them, in the order of what they are grouped by.</summary>
    public int? Dearest { get; init; }

    /// <summary>Of all jobs, by day and job type.</summary>
    public static UsageSelection OfJobsByDay(UsagePeriod period)
    {
        ArgumentNullException.ThrowIfNull(period);
        return new UsageSelection(UsageDimensions.Day | UsageDimensions.JobType, period.Cover(CalendarGrain.Day)) { JobsOnly = true };
    }

    /// <summary>True: organizations, and so their teams or users, are told apart.</summary>
    public bool IsByOwner => (Dimensions & (UsageDimensions.Organization | UsageDimensions.Team | UsageDimensions.User)) != UsageDimensions.None;

    public bool IsByUser => Dimensions.HasFlag(UsageDimensions.User);

    public bool IsByModel => (Dimensions & (UsageDimensions.ModelGroup | UsageDimensions.Model | UsageDimensions.Provider)) != UsageDimensions.None;
}
