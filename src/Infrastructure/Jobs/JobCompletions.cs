using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SaasLlm.Application.Jobs;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Jobs;

/// <summary>
/// The answers to ended jobs, read for all that wait at once: jobs end in batches, so their answers are wanted in batches too.
/// Not read by the transaction that ends them, which would hold its locks for as long as the reading of a thousand calls takes.
/// </summary>
internal sealed class JobCompletions([FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, SettlementMetrics metrics)
    : GroupCommit<JobCompletions.Asked>(metrics, "job_completions")
{
    private const string Sql =
        """
        select
            job_id,
            status,
            completed_at,
            total_calls,
            successful_calls,
            failed_calls,
            prompt_tokens + completion_tokens as total_tokens,
            total_cost_usd,
            total_latency_ms,
            credits_charged,
            credits_remaining_after
        from jobs
        where job_id = any(@jobIds)
        and completed_at is not null;

        select job_id, call_id, purpose, model_group, prompt_tokens + completion_tokens as tokens, latency_ms, error
        from llm_calls
        where job_id = any(@jobIds)
        and not late
        order by job_id, created_at, call_id
        """;

    /// <summary>The answer to a finished job; null where it is not finished or does not exist.</summary>
    public Task<JobCompletion?> GetAsync(Guid jobId)
    {
        var item = new Asked(jobId);
        Enqueue(item);
        return item.Task;
    }

    protected override async Task WriteAsync(IReadOnlyList<Asked> batch)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var results = await connection.QueryMultipleAsync(Sql, new { jobIds = batch.Select(static item => item.JobId).ToArray() });
        var jobs = (await results.ReadAsync<EndedRow>()).ToDictionary(static job => job.JobId);
        var calls = (await results.ReadAsync<CallRow>()).ToLookup(static call => call.JobId, static call => call.ToCall());
        foreach (var item in batch)
            item.Outcome = jobs.TryGetValue(item.JobId, out var job) ? job.ToCompletion([.. calls[item.JobId]]) : null;
    }

    internal sealed class Asked(Guid jobId) : GroupCommitItem<JobCompletion?>
    {
        public Guid JobId { get; } = jobId;
    }

    private sealed record EndedRow : JobTotalsRow
    {
        public DateTimeOffset CompletedAt { get; init; }

        public decimal CreditsRemainingAfter { get; init; }

        public JobCompletion ToCompletion(IReadOnlyList<CompletedCall> calls) => new()
        {
            JobId = JobId,
            Status = Status,
            CompletedAt = CompletedAt,
            Calls = calls,
            Costs = new JobTotals
            {
                TotalCalls = TotalCalls,
                SuccessfulCalls = SuccessfulCalls,
                FailedCalls = FailedCalls,
                TotalTokens = TotalTokens,
                TotalCostUsd = TotalCostUsd,
                AvgLatencyMs = AvgLatencyMs,
                CreditApplied = CreditsCharged > 0,
                CreditsCharged = CreditsCharged,
                CreditsRemaining = CreditsRemainingAfter,
            },
        };
    }

    private sealed record CallRow
    {
        public Guid JobId { get; init; }

        public Guid CallId { get; init; }

        public string? Purpose { get; init; }

        public string? ModelGroup { get; init; }

        public int Tokens { get; init; }

        public int LatencyMs { get; init; }

        public string? Error { get; init; }

        public CompletedCall ToCall() => new()
        {
            CallId = CallId,
            Purpose = Purpose,
            ModelGroup = ModelGroup,
            Tokens = Tokens,
            LatencyMs = LatencyMs,
            Error = Error,
        };
    }
}
