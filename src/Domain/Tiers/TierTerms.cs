namespace SaasLlm.Domain.Tiers;

/// <summary>What a metered call of an organization is measured against and priced with.</summary>
/// <param name="Rank">Models of a tier serve those of higher rank as well.</param>
/// <param name="DailyCalls">Calls from 00:00 UTC to the next; null: no limit.</param>
/// <param name="MonthlyCalls">Calls from the 1st, 00:00 UTC, to the next; null: no limit.</param>
/// <param name="TrialCalls">Calls in all within <paramref name="TrialDays"/>; null, as the other then is: it is no trial.</param>
/// <param name="TrialDays">Days that a trial lasts from the organization's first day in the tier.</param>
/// <param name="MarkupPercent">Charged on top of the provider's cost, in percent of it, 0 to 10,000.</param>
/// <param name="DefaultModel">Serves balanced calls that name no model; null: the router's choice.</param>
public sealed record TierTerms(
    string Name,
    int Rank,
    int? DailyCalls,
    int? MonthlyCalls,
    int? TrialCalls,
    int? TrialDays,
    decimal MarkupPercent,
    string? DefaultModel);
