using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>A call that is to be put on record.</summary>
internal interface IRecordedCall
{
    CallRecord Call { get; }
}

/// <summary>The statement that puts calls of jobs on record, adds them to their jobs' totals and ends what they hold.</summary>
internal static class CallRecordSql
{
    /// <summary>
    /// Jobs are locked in id order, the one order that every writer keeps, so batches of several nodes cannot deadlock.
    /// A record that is there already (a commit whose answer got lost) is skipped, totals included. The ids of those that are
    /// skipped are the result.
    /// </summary>
    public const string Text =
        """
        with incoming as (
            select
                unnest(@call_id) as call_id, unnest(@job_id) as job_id, unnest(@team_id) as team_id,
                unnest(@purpose) as purpose, unnest(@model_group) as model_group, unnest(@model) as model,
                unnest(@provider) as provider, unnest(@upstream_model) as upstream_model, unnest(@succeeded) as succeeded,
                unnest(@error_code) as error_code, unnest(@error) as error, unnest(@streamed) as streamed,
                unnest(@prompt_tokens) as prompt_tokens, unnest(@completion_tokens) as completion_tokens,
                unnest(@cached_tokens) as cached_tokens, unnest(@cache_write_tokens) as cache_write_tokens,
                unnest(@reasoning_tokens) as reasoning_tokens, unnest(@usage_source) as usage_source,
                unnest(@input_price) as input_price, unnest(@output_price) as output_price,
                unnest(@cached_price) as cached_price, unnest(@cache_write_price) as cache_write_price,
                unnest(@cost_usd) as cost_usd, unnest(@client_cost_usd) as client_cost_usd,
                unnest(@hedge_cost_usd) as hedge_cost_usd, unnest(@estimated_cost_usd) as estimated_cost_usd,
                unnest(@latency_ms) as latency_ms, unnest(@attempts) as attempts, unnest(@finish_reason) as finish_reason,
                unnest(@request_id) as request_id, unnest(@created_at) as created_at
        ),
        let_go as (
            delete from call_holds
            using incoming
            where call_holds.call_id = incoming.call_id
        ),
        locked as materialized (
            select job_id, completed_at is not null as ended
            from jobs
            where job_id in (select job_id from incoming)
            order by job_id
            for no key update
        ),
        inserted as (
            insert into llm_calls (
                call_id, job_id, team_id, purpose, model_group, model, provider, upstream_model, status, error_code, error,
                streamed, late, prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, usage_source,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million, cost_usd, client_cost_usd, hedge_cost_usd,
                estimated_cost_usd, latency_ms, attempts, finish_reason, request_id, created_at)
            select
                call_id, job_id, team_id, purpose, model_group, model, provider, upstream_model,
                case when succeeded then 'succeeded' else 'failed' end, error_code, error,
                streamed, ended, prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, usage_source,
                input_price, output_price, cached_price, cache_write_price, cost_usd, client_cost_usd, hedge_cost_usd,
                estimated_cost_usd, latency_ms, attempts, finish_reason, request_id, created_at
            from incoming
            join locked using (job_id)
            on conflict (call_id) do nothing
            returning call_id, job_id, status, late, prompt_tokens, completion_tokens, cost_usd, client_cost_usd, latency_ms, created_at
        ),
        queued as (
            insert into calls_to_roll (call_id)
            select call_id
            from inserted
        ),
        totals as (
            select
                job_id,
                count(*) filter (where not late) as calls,
                count(*) filter (where not late and status = 'succeeded') as succeeded,
                count(*) filter (where not late and status = 'failed') as failed,
                coalesce(sum(prompt_tokens) filter (where not late), 0) as prompt_tokens,
                coalesce(sum(completion_tokens) filter (where not late), 0) as completion_tokens,
                coalesce(sum(cost_usd) filter (where not late), 0) as cost_usd,
                coalesce(sum(client_cost_usd) filter (where not late), 0) as client_cost_usd,
                coalesce(sum(latency_ms) filter (where not late), 0) as latency_ms,
                count(*) filter (where late) as late_calls,
                coalesce(sum(cost_usd) filter (where late), 0) as late_cost_usd,
                min(created_at) as first_at
            from inserted
            group by job_id
        ),
        added as (
            update jobs
            set status = case when jobs.status = 'pending' then 'in_progress' else jobs.status end,
                started_at = coalesce(jobs.started_at, totals.first_at),
                total_calls = jobs.total_calls + totals.calls,
                successful_calls = jobs.successful_calls + totals.succeeded,
                failed_calls = jobs.failed_calls + totals.failed,
                prompt_tokens = jobs.prompt_tokens + totals.prompt_tokens,
                completion_tokens = jobs.completion_tokens + totals.completion_tokens,
                total_cost_usd = jobs.total_cost_usd + totals.cost_usd,
                client_cost_usd = jobs.client_cost_usd + totals.client_cost_usd,
                total_latency_ms = jobs.total_latency_ms + totals.latency_ms,
                late_calls = jobs.late_calls + totals.late_calls,
                late_cost_usd = jobs.late_cost_usd + totals.late_cost_usd
            from totals
            where jobs.job_id = totals.job_id
        )
        select call_id
        from incoming
        where call_id not in (select call_id from inserted)
        """;

    public static BatchColumn<TItem>[] Columns<TItem>()
        where TItem : IRecordedCall =>
    [
        BatchColumn<TItem>.Of("call_id", NpgsqlDbType.Uuid, static item => item.Call.CallId),
        BatchColumn<TItem>.Of("job_id", NpgsqlDbType.Uuid, static item => item.Call.JobId!.Value),
        BatchColumn<TItem>.Of("team_id", NpgsqlDbType.Text, static item => item.Call.TeamId),
        BatchColumn<TItem>.Of("purpose", NpgsqlDbType.Text, static item => item.Call.Purpose),
        BatchColumn<TItem>.Of("model_group", NpgsqlDbType.Text, static item => item.Call.ModelGroup),
        BatchColumn<TItem>.Of("model", NpgsqlDbType.Text, static item => item.Call.Model?.Alias),
        BatchColumn<TItem>.Of("provider", NpgsqlDbType.Text, static item => item.Call.Model?.Provider),
        BatchColumn<TItem>.Of("upstream_model", NpgsqlDbType.Text, static item => item.Call.Model?.UpstreamModel),
        BatchColumn<TItem>.Of("succeeded", NpgsqlDbType.Boolean, static item => item.Call.Succeeded),
        BatchColumn<TItem>.Of("error_code", NpgsqlDbType.Text, static item => item.Call.ErrorCode),
        BatchColumn<TItem>.Of("error", NpgsqlDbType.Text, static item => StorableText.Of(item.Call.Error)),
        BatchColumn<TItem>.Of("streamed", NpgsqlDbType.Boolean, static item => item.Call.Streamed),
        BatchColumn<TItem>.Of("prompt_tokens", NpgsqlDbType.Integer, static item => item.Call.Usage.PromptTokens),
        BatchColumn<TItem>.Of("completion_tokens", NpgsqlDbType.Integer, static item => item.Call.Usage.CompletionTokens),
        BatchColumn<TItem>.Of("cached_tokens", NpgsqlDbType.Integer, static item => item.Call.Usage.CachedTokens),
        BatchColumn<TItem>.Of("cache_write_tokens", NpgsqlDbType.Integer, static item => item.Call.Usage.CacheWriteTokens),
        BatchColumn<TItem>.Of("reasoning_tokens", NpgsqlDbType.Integer, static item => item.Call.Usage.ReasoningTokens),
        BatchColumn<TItem>.Of("usage_source", NpgsqlDbType.Text, static item => UsageSourceNames.Of(item.Call.UsageSource)),
        BatchColumn<TItem>.Of("input_price", NpgsqlDbType.Numeric, static item => item.Call.Model?.Prices?.InputUsdPerMillion),
        BatchColumn<TItem>.Of("output_price", NpgsqlDbType.Numeric, static item => item.Call.Model?.Prices?.OutputUsdPerMillion),
        BatchColumn<TItem>.Of("cached_price", NpgsqlDbType.Numeric, static item => item.Call.Model?.Prices?.CachedInputUsdPerMillion),
        BatchColumn<TItem>.Of("cache_write_price", NpgsqlDbType.Numeric, static item => item.Call.Model?.Prices?.CacheWriteUsdPerMillion),
        BatchColumn<TItem>.Of("cost_usd", NpgsqlDbType.Numeric, static item => item.Call.CostUsd),
        BatchColumn<TItem>.Of("client_cost_usd", NpgsqlDbType.Numeric, static item => item.Call.ClientCostUsd ?? item.Call.CostUsd),
        BatchColumn<TItem>.Of("latency_ms", NpgsqlDbType.Integer, static item => item.Call.LatencyMs),
        BatchColumn<TItem>.Of("attempts", NpgsqlDbType.Integer, static item => item.Call.Attempts),
        BatchColumn<TItem>.Of("finish_reason", NpgsqlDbType.Text, static item => StorableText.Of(item.Call.FinishReason)),
        BatchColumn<TItem>.Of("request_id", NpgsqlDbType.Text, static item => item.Call.RequestId),
        BatchColumn<TItem>.Of("hedge_cost_usd", NpgsqlDbType.Numeric, static item => item.Call.HedgeCostUsd),
        BatchColumn<TItem>.Of("estimated_cost_usd", NpgsqlDbType.Numeric, static item => item.Call.EstimatedCostUsd),
        BatchColumn<TItem>.Of("created_at", NpgsqlDbType.TimestampTz, static item => item.Call.CreatedAt.UtcDateTime),
    ];
}
