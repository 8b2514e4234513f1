namespace SaasLlm.Application.Tiers;

/// <summary>A tier as the API shows it.</summary>
public sealed record TierResponse
{
    public required string TierName { get; init; }

    /// <summary>Models of a tier serve those of higher rank as well.</summary>
    public required int Rank { get; init; }

    /// <summary>Calls a day (UTC); null: no limit.</summary>
    public int? DailyCalls { get; init; }

    /// <summary>Calls a calendar month (UTC); null: no limit.</summary>
    public int? MonthlyCalls { get; init; }

    /// <summary>Calls in all within <see cref="TrialDays"/>; null: it is no trial.</summary>
    public int? TrialCalls { get; init; }

    /// <summary>Days that a trial lasts from the organization's first day in the tier.</summary>
    public int? TrialDays { get; init; }

    /// <summary>Charged on top of the provider's cost, in percent of it.</summary>
    public required decimal MarkupPercent { get; init; }

    /// <summary>What a subscribed organization's pool is granted each month; null: nothing.</summary>
    public decimal? CreditsPerMonth { get; init; }

    /// <summary>Serves balanced calls that name no model; null: the router's choice.</summary>
    public string? DefaultModel { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
