namespace SaasLlm.Domain.Pricing;

/// <summary>All pricing rules as of one moment, those that have ended too: a job is billed by what was in force when it was created.</summary>
public sealed class PriceList
{
    /// <summary>Of each scope, the newest first.</summary>
    private readonly Dictionary<PricingScope, PricingRule[]> _rules;

    /// <param name="rules">In any order.</param>
    public PriceList(IEnumerable<PricingRule> rules)
        : this(rules.GroupBy(rule => rule.Scope).ToDictionary(
            scope => scope.Key,
            scope => scope
                .OrderByDescending(rule => rule.EffectiveFrom)
                .ThenByDescending(rule => rule.CreatedAt)
                .ThenByDescending(rule => rule.PricingRuleId)
                .ToArray()))
    {
    }

    private PriceList(Dictionary<PricingScope, PricingRule[]> rules) => _rules = rules;

    /// <summary>The same list with one more rule that comes before every other of its scope, in force at any time.</summary>
    public PriceList With(PricingRule proposed)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        var always = proposed with { EffectiveFrom = DateTimeOffset.MinValue, EffectiveTo = null };
        return new PriceList(new Dictionary<PricingScope, PricingRule[]>(_rules)
        {
            [proposed.Scope] = [always, .. _rules.GetValueOrDefault(proposed.Scope, [])],
        });
    }

    /// <summary>
    /// The rule by which a job is billed; null: none. The most specific wins: team and type, team, organization and type,
    /// organization, type, everything; of one scope, the one that began last.
    /// </summary>
    public PricingRule? RuleFor(in BilledJob job)
    {
        if (_rules.Count == 0)
            return null;

        return Newest(new PricingScope(null, job.TeamId, job.JobType), job.CreatedAt)
            ?? Newest(new PricingScope(null, job.TeamId, null), job.CreatedAt)
            ?? Newest(new PricingScope(job.OrganizationId, null, job.JobType), job.CreatedAt)
            ?? Newest(new PricingScope(job.OrganizationId, null, null), job.CreatedAt)
            ?? Newest(new PricingScope(null, null, job.JobType), job.CreatedAt)
            ?? Newest(default, job.CreatedAt);
    }

    /// <summary>What is billed for a job that completed without a failed call.</summary>
    public JobPrice PriceOf(in BilledJob job) =>
        RuleFor(job) is { } rule ? new JobPrice(rule.PriceUsd(job.TotalTokens, job.ClientCostUsd), rule.PricingRuleId) : JobPrice.Unpriced;

    private PricingRule? Newest(PricingScope scope, DateTimeOffset moment)
    {
        if (!_rules.TryGetValue(scope, out var rules))
            return null;

        foreach (var rule in rules)
        {
            if (rule.IsInForceAt(moment))
                return rule;
        }

        return null;
    }
}

/// <summary>What the price of a job depends on.</summary>
/// <param name="TotalTokens">Of the calls that were settled before it ended.</param>
/// <param name="ClientCostUsd">What those calls cost, as a client is to pay for them.</param>
public readonly record struct BilledJob(
    string OrganizationId, string TeamId, string JobType, DateTimeOffset CreatedAt, long TotalTokens, decimal ClientCostUsd);

/// <param name="Usd">Null: no rule says what it is.</param>
/// <param name="PricingRuleId">The rule that made it; null: none did.</param>
public readonly record struct JobPrice(decimal? Usd, Guid? PricingRuleId)
{
    /// <summary>Of a job that failed, was given up or has failed calls.</summary>
    public static JobPrice NotBilled => new(0, null);

    /// <summary>Of a job that no rule is about.</summary>
    public static JobPrice Unpriced => default;
}
