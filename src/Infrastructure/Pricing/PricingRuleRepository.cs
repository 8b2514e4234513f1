using System.Runtime.CompilerServices;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Pricing;

internal sealed class PricingRuleRepository(PostgresSession session) : IPricingRuleRepository
{
    public async Task<Result<PricingRule>> CreateAsync(PricingRule rule, CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync(
                """
                insert into pricing_rules (
                    pricing_rule_id, organization_id, team_id, job_type, kind, price_usd, tier_bounds, tier_prices_usd, markup_percent,
                    minimum_usd, maximum_usd, decimals, effective_from, effective_to, created_at)
                values (
                    @PricingRuleId, @OrganizationId, @TeamId, @JobType, @Kind, @PriceUsd, @TierBounds, @TierPricesUsd, @MarkupPercent,
                    @MinimumUsd, @MaximumUsd, @Decimals, @EffectiveFrom, @EffectiveTo, @CreatedAt)
                """,
                PricingRuleRow.Of(rule),
                cancellationToken);
            return rule;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return rule.Scope.TeamId is { } team ? PricingErrors.UnknownTeam(team) : PricingErrors.UnknownOrganization(rule.Scope.OrganizationId!);
        }
    }

    public async Task<PricingRule?> GetAsync(Guid pricingRuleId, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<PricingRuleRow>(
            "select " + PricingRuleRow.Columns +
            """

            from pricing_rules
            where pricing_rule_id = @pricingRuleId
            """,
            new { pricingRuleId },
            cancellationToken);
        return row?.ToRule();
    }

    public async Task<Page<PricingRule>> ListAsync(PricingRuleFilter filter, PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<PricingRuleRow>(
            "select " + PricingRuleRow.Columns +
            """

            from pricing_rules as rule
            where (@TeamId::text is null or team_id = @TeamId)
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            and (@JobType::text is null or job_type = @JobType)
            and (@ActiveAt::timestamptz is null or (
                effective_from <= @ActiveAt
                and coalesce(effective_to, 'infinity') > @ActiveAt
                and not exists (
                    select 1
                    from pricing_rules as newer
                    where newer.team_id is not distinct from rule.team_id
                    and newer.organization_id is not distinct from rule.organization_id
                    and newer.job_type is not distinct from rule.job_type
                    and newer.effective_from <= @ActiveAt
                    and coalesce(newer.effective_to, 'infinity') > @ActiveAt
                    and (newer.effective_from, newer.created_at, newer.pricing_rule_id)
                        > (rule.effective_from, rule.created_at, rule.pricing_rule_id))))
            and (@After::uuid is null or pricing_rule_id < @After)
            order by pricing_rule_id desc
            limit @Limit + 1
            """,
            new
            {
                filter.TeamId,
                filter.OrganizationId,
                filter.JobType,
                filter.ActiveAt,
                After = start.After is null ? (Guid?)null : Guid.Parse(start.After),
                start.Limit,
            },
            cancellationToken);
        return Page<PricingRuleRow>.Of(rows, start.Limit, row => row.PricingRuleId.ToString()).Select(row => row.ToRule());
    }

    public async Task<PricingRule?> EndAsync(Guid pricingRuleId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            """
            update pricing_rules
            set effective_to = greatest(@now, effective_from)
            where pricing_rule_id = @pricingRuleId
            and greatest(@now, effective_from) < coalesce(effective_to, 'infinity')
            """,
            new { pricingRuleId, now },
            cancellationToken);
        return await GetAsync(pricingRuleId, cancellationToken);
    }

    public async IAsyncEnumerable<BilledJobCost> StreamJobsAsync(
        CalendarMonth month, string? organizationId, string? teamId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = session.StreamAsync<JobRow>(
            """
            select
                team.organization_id,
                job.team_id,
                job.job_type,
                job.created_at,
                job.prompt_tokens + job.completion_tokens as total_tokens,
                job.client_cost_usd,
                job.price_usd,
                job.total_cost_usd + job.late_cost_usd as cost_usd
            from jobs as job
            join teams as team using (team_id)
            where job.job_id >= uuid_floor(@From)
            and job.job_id < uuid_floor(@To)
            and job.status = 'completed'
            and job.failed_calls = 0
            and job.refunded_at is null
            and (@teamId::text is null or job.team_id = @teamId)
            and (@organizationId::text is null or team.organization_id = @organizationId)
            """,
            new { From = month.Start, To = month.End, teamId, organizationId },
            cancellationToken);
        await foreach (var row in rows)
        {
            var job = new BilledJob(row.OrganizationId, row.TeamId, row.JobType, row.CreatedAt, row.TotalTokens, row.ClientCostUsd);
            yield return new BilledJobCost(job, row.PriceUsd, row.CostUsd);
        }
    }

    private sealed record JobRow
    {
        public string OrganizationId { get; init; } = "";

        public string TeamId { get; init; } = "";

        public string JobType { get; init; } = "";

        public DateTimeOffset CreatedAt { get; init; }

        public long TotalTokens { get; init; }

        public decimal ClientCostUsd { get; init; }

        public decimal? PriceUsd { get; init; }

        public decimal CostUsd { get; init; }
    }
}
