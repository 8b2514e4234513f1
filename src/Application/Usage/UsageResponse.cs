using System.Text.Json.Serialization;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What was used within a period, in the shapes of both published examples (<c>job_types</c> and <c>by_job_type</c>).</summary>
public sealed record UsageResponse
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TeamId { get; init; }

    public required string OrganizationId { get; init; }

    public required string Period { get; init; }

    public required UsageSummary Summary { get; init; }

    public required IReadOnlyDictionary<string, JobTypeUsage> JobTypes { get; init; }

    public required IReadOnlyDictionary<string, long> ByJobType { get; init; }

    public required IReadOnlyList<DayUsage> ByDay { get; init; }

    public required IReadOnlyDictionary<string, ModelGroupUsage> ByModelGroup { get; init; }
}

public sealed record UsageSummary
{
    public required long TotalJobs { get; init; }

    /// <summary>Completed jobs.</summary>
    public required long SuccessfulJobs { get; init; }

    /// <summary>Failed and expired jobs; cancelled ones are in neither.</summary>
    public required long FailedJobs { get; init; }

    /// <summary>Provider cost of all calls, those that outlived their job included, in USD.</summary>
    public required decimal TotalCostUsd { get; init; }

    public required decimal CreditsUsed { get; init; }

    public required long TotalTokens { get; init; }

    /// <summary>In USD; 0 where there are no jobs.</summary>
    public decimal AvgCostPerJob => TotalJobs == 0 ? 0 : Money.RoundUsd(TotalCostUsd / TotalJobs);
}

public sealed record JobTypeUsage(long Count, decimal CostUsd, decimal CreditsUsed);

public sealed record DayUsage(DateOnly Date, long Jobs, decimal CostUsd, decimal CreditsUsed);

public sealed record ModelGroupUsage(long Calls, long FailedCalls, long Tokens, decimal CostUsd);

/// <summary>The numbers of <see cref="UsageResponse"/> as the repository reads them.</summary>
public sealed record UsageFigures(
    UsageSummary Summary,
    IReadOnlyDictionary<string, JobTypeUsage> JobTypes,
    IReadOnlyList<DayUsage> ByDay,
    IReadOnlyDictionary<string, ModelGroupUsage> ByModelGroup)
{
    public UsageResponse ToResponse(string? teamId, string organizationId, UsagePeriod period) => new()
    {
        TeamId = teamId,
        OrganizationId = organizationId,
        Period = period.Text,
        Summary = Summary,
        JobTypes = JobTypes,
        ByJobType = JobTypes.ToDictionary(type => type.Key, type => type.Value.Count, StringComparer.Ordinal),
        ByDay = ByDay,
        ByModelGroup = ByModelGroup,
    };
}
