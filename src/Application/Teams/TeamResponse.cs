using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasLlm.Application.Teams;

/// <summary>A team as the API shows it.</summary>
public sealed record TeamResponse
{
    public required string TeamId { get; init; }

    public required string OrganizationId { get; init; }

    public required string TeamAlias { get; init; }

    /// <summary>Whole where the key was just made (shown this once); masked (<c>sk-1234…cdef</c>) everywhere else; null where every key is revoked.</summary>
    public string? VirtualKey { get; init; }

    /// <summary><c>active</c>, <c>suspended</c> or <c>paused</c>.</summary>
    public required string Status { get; init; }

    public required decimal CreditsAllocated { get; init; }

    public required decimal CreditsRemaining { get; init; }

    /// <summary>How jobs are charged: <c>job_based</c>, <c>consumption_usd</c>, <c>consumption_tokens</c> or <c>unlimited</c>.</summary>
    public required string BudgetMode { get; init; }

    /// <summary>Credits that a dollar of consumption costs where the mode is <c>consumption_usd</c>.</summary>
    public required decimal CreditsPerDollar { get; init; }

    /// <summary>Tokens that a credit pays for where the mode is <c>consumption_tokens</c>.</summary>
    public required int TokensPerCredit { get; init; }

    /// <summary>Granted model groups; the first serves calls that name none.</summary>
    public required string[] ModelGroups { get; init; }

    public required string[] AccessGroups { get; init; }

    /// <summary>Requests a minute; null: no limit.</summary>
    public int? RpmLimit { get; init; }

    /// <summary>Tokens a minute; null: no limit.</summary>
    public int? TpmLimit { get; init; }

    /// <summary>Calls at the same time; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>How long answers may serve the same request again, in seconds; null: only where a request or a model group says so.</summary>
    public int? CacheTtlSeconds { get; init; }

    /// <summary>Requests at once, refilled at <see cref="RpmLimit"/>; null: no limit.</summary>
    public int? BurstLimit { get; init; }

    public required JsonElement Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TeamUsageSummary? UsageSummary { get; init; }
}

/// <param name="TotalJobs">Jobs ever created.</param>
/// <param name="TotalCostUsd">What their calls cost at the providers, in USD.</param>
public sealed record TeamUsageSummary(long TotalJobs, decimal TotalCostUsd);

/// <summary>One page of teams.</summary>
public sealed record TeamList(IReadOnlyList<TeamResponse> Data, string? NextCursor)
{
    public IReadOnlyList<TeamResponse> Teams => Data;
}
