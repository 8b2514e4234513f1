using System.Text.Json;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Jobs;

internal sealed class JobRepository(PostgresSession session, JobCompletions completions) : IJobRepository
{
    public Task<JobResponse?> GetAsync(Guid jobId, string? teamId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<JobResponse>(
            "select " + JobSql.Columns +
            """

            from jobs
            where job_id = @jobId
            and (@teamId::text is null or team_id = @teamId)
            """,
            new { jobId, teamId },
            cancellationToken);

    public async Task<JobCompletion?> GetCompletionAsync(Guid jobId, CancellationToken cancellationToken) =>
        await completions.GetAsync(jobId).WaitAsync(cancellationToken);

    public async Task<JobCostsResponse?> GetCostsAsync(Guid jobId, CancellationToken cancellationToken)
    {
        var job = await session.QuerySingleOrDefaultAsync<CostRow>(
            """
            select
                job_id,
                team_id,
                job_type,
                status,
                total_calls,
                successful_calls,
                failed_calls,
                prompt_tokens + completion_tokens as total_tokens,
                total_cost_usd,
                total_latency_ms,
                credits_charged,
                late_calls,
                late_cost_usd,
                price_usd,
                pricing_rule_id,
                refunded_at
            from jobs
            where job_id = @jobId
            """,
            new { jobId },
            cancellationToken);
        if (job is null)
            return null;

        var breakdown = await session.QueryAsync<CallCost>(
            """
            select
                call_id, model, provider, upstream_model, model_group, purpose, prompt_tokens, completion_tokens, cached_tokens,
                reasoning_tokens, usage_source, cost_usd, hedge_cost_usd, client_cost_usd, latency_ms, attempts, streamed, late, error, created_at
            from llm_calls
            where job_id = @jobId
            order by created_at, call_id
            """,
            new { jobId },
            cancellationToken);
        var margin = job.PriceUsd is { } price
            ? new Margin(job.RefundedAt is null ? price : 0, job.TotalCostUsd + job.LateCostUsd)
            : (Margin?)null;
        return new JobCostsResponse
        {
            JobId = job.JobId,
            TeamId = job.TeamId,
            JobType = job.JobType,
            Status = job.Status,
            Costs = new JobCosts
            {
                TotalCalls = job.TotalCalls,
                SuccessfulCalls = job.SuccessfulCalls,
                FailedCalls = job.FailedCalls,
                TotalTokens = job.TotalTokens,
                TotalCostUsd = job.TotalCostUsd,
                AvgLatencyMs = job.AvgLatencyMs,
                CreditsCharged = job.CreditsCharged,
                LateCalls = job.LateCalls,
                LateCostUsd = job.LateCostUsd,
                PriceUsd = job.PriceUsd,
                MarginUsd = margin?.Usd,
                MarginPercent = margin?.Percent,
                PricingRuleId = job.PricingRuleId,
                RefundedAt = job.RefundedAt,
                Breakdown = breakdown,
            },
        };
    }

    public async Task<Page<JobResponse>> ListAsync(JobFilter filter, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<JobResponse>(JobSql.PageOf(filter), Parameters(filter, page), cancellationToken);
        return Page<JobResponse>.Of(rows, page.Limit, row => row.JobId.ToString());
    }

    public IAsyncEnumerable<JobResponse> StreamAsync(JobFilter filter, CancellationToken cancellationToken) =>
        session.StreamAsync<JobResponse>(JobSql.AllOfTeam, Parameters(filter, page: null), cancellationToken);

    public async Task<Result<JobResponse>> MergeMetadataAsync(Guid jobId, string? teamId, JsonElement metadata, CancellationToken cancellationToken)
    {
        var merged = await session.QuerySingleOrDefaultAsync<JobResponse>(
            """
            update jobs
            set metadata = metadata || @metadata::jsonb
            where job_id = @jobId
            and (@teamId::text is null or team_id = @teamId)
            and octet_length((metadata || @metadata::jsonb)::text) <= @limit
            returning

            """ + JobSql.Columns,
            new { jobId, teamId, metadata, limit = JobLedger.MaxMetadataBytes },
            cancellationToken);
        if (merged is not null)
            return merged;

        return await GetAsync(jobId, teamId, cancellationToken) is null ? JobsErrors.NotFound(jobId) : JobsErrors.MetadataTooLarge();
    }

    public Task<IReadOnlyList<(Guid JobId, string TeamId)>> FindExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        session.QueryAsync<(Guid, string)>(
            """
            select job_id, team_id
            from jobs
            where completed_at is null
            and expires_at <= @now
            order by expires_at
            limit @limit
            """,
            new { now, limit },
            cancellationToken);

    private static object Parameters(JobFilter filter, PageStart? page) => new
    {
        filter.TeamId,
        filter.OrganizationId,
        Status = filter.Status is { } status ? JobStatusNames.Of(status) : null,
        filter.JobType,
        filter.UserId,
        From = filter.From ?? DateTimeOffset.MinValue,
        To = filter.To ?? DateTimeOffset.MaxValue,
        After = page?.After is null ? Guid.AllBitsSet : Guid.Parse(page.After),
        page?.Limit,
    };

    private sealed record CostRow : JobTotalsRow
    {
        public string TeamId { get; init; } = "";

        public string JobType { get; init; } = "";

        public int LateCalls { get; init; }

        public decimal LateCostUsd { get; init; }

        public decimal? PriceUsd { get; init; }

        public Guid? PricingRuleId { get; init; }

        public DateTimeOffset? RefundedAt { get; init; }
    }
}
