using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pricing;

/// <summary>What a month's finished jobs would have been billed had a rule been in force beside those that were, without keeping it.</summary>
/// <param name="Month"><c>YYYY-MM</c>, UTC: that of the jobs' creation.</param>
/// <param name="OrganizationId">Null: jobs of all.</param>
/// <param name="TeamId">Null: jobs of all.</param>
public sealed record PreviewPricing(CreatePricingRule? Rule, string? Month, string? OrganizationId = null, string? TeamId = null)
    : IRequest<Result<PricingPreview>>;

/// <param name="Total">All of the month's jobs that are billed.</param>
public sealed record PricingPreview(string Month, PreviewFigures Total, IReadOnlyList<TeamPreview> ByTeam, IReadOnlyList<JobTypePreview> ByJobType);

public sealed record TeamPreview(string TeamId, PreviewFigures Figures);

public sealed record JobTypePreview(string JobType, PreviewFigures Figures);

/// <param name="Jobs">Completed without a failed call.</param>
/// <param name="JobsPricedByRule">How many of them the proposed rule would price.</param>
/// <param name="CostUsd">What they cost at the providers.</param>
/// <param name="Current">As they were billed.</param>
/// <param name="Proposed">As they would have been billed.</param>
public sealed record PreviewFigures(long Jobs, long JobsPricedByRule, decimal CostUsd, PreviewEarnings Current, PreviewEarnings Proposed);

/// <param name="RevenueUsd">Jobs without a price add nothing.</param>
/// <param name="MarginPercent">Of the revenue; null where there is none.</param>
public sealed record PreviewEarnings(decimal RevenueUsd, decimal MarginUsd, decimal? MarginPercent);

internal sealed class PreviewPricingValidator : AbstractValidator<PreviewPricing>
{
    public PreviewPricingValidator(IValidator<CreatePricingRule> rules)
    {
        RuleFor(query => query.Rule).NotNull().WithMessage("is required.");
        RuleFor(query => query.Rule!).SetValidator(rules).When(query => query.Rule is not null);
        RuleFor(query => query.OrganizationId).ValidId().When(query => query.OrganizationId is not null);
        RuleFor(query => query.TeamId).ValidId().When(query => query.TeamId is not null);
    }
}

internal sealed class PreviewPricingHandler(IPricing pricing, IPricingRuleRepository rules, TimeProvider time)
    : IRequestHandler<PreviewPricing, Result<PricingPreview>>
{
    public async Task<Result<PricingPreview>> Handle(PreviewPricing query, CancellationToken cancellationToken)
    {
        if (!CalendarMonth.TryParse(query.Month, out var month))
            return Error.Field("month", "must be YYYY-MM.");

        var rule = query.Rule!.ToRule(time.GetUtcNow());
        var prices = (await pricing.GetAsync(cancellationToken)).With(rule);
        var total = new Tally();
        var teams = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        var types = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        await foreach (var billed in rules.StreamJobsAsync(month, query.OrganizationId, query.TeamId, cancellationToken))
        {
            var price = prices.PriceOf(billed.Job);
            var byRule = price.PricingRuleId == rule.PricingRuleId;

            // What another rule prices stays as it was billed: rules that came later are not the proposed one's doing.
            var proposedUsd = byRule ? price.Usd : billed.PriceUsd;
            total.Add(billed, byRule, proposedUsd);
            TallyOf(teams, billed.Job.TeamId).Add(billed, byRule, proposedUsd);
            TallyOf(types, billed.Job.JobType).Add(billed, byRule, proposedUsd);
        }

        return new PricingPreview(
            month.ToString(),
            total.ToFigures(),
            [.. teams.Select(team => new TeamPreview(team.Key, team.Value.ToFigures()))],
            [.. types.Select(type => new JobTypePreview(type.Key, type.Value.ToFigures()))]);
    }

    private static Tally TallyOf(SortedDictionary<string, Tally> tallies, string key)
    {
        if (!tallies.TryGetValue(key, out var tally))
            tallies.Add(key, tally = new Tally());
        return tally;
    }

    private sealed class Tally
    {
        private long _jobs;
        private long _jobsPricedByRule;
        private decimal _costUsd;
        private decimal _currentUsd;
        private decimal _proposedUsd;

        public void Add(in BilledJobCost billed, bool byRule, decimal? proposedUsd)
        {
            _jobs++;
            _jobsPricedByRule += byRule ? 1 : 0;
            _costUsd += billed.CostUsd;
            _currentUsd += billed.PriceUsd ?? 0;
            _proposedUsd += proposedUsd ?? 0;
        }

        public PreviewFigures ToFigures() => new(_jobs, _jobsPricedByRule, _costUsd, Earnings(_currentUsd), Earnings(_proposedUsd));

        private PreviewEarnings Earnings(decimal revenueUsd)
        {
            var margin = new Margin(revenueUsd, _costUsd);
            return new PreviewEarnings(revenueUsd, margin.Usd, margin.Percent);
        }
    }
}
