using Npgsql;
using NpgsqlTypes;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Webhooks;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Events;

/// <summary>
/// The events of jobs that a batch ends, made by the database of the rows as they then are, in one statement for all of them.
/// </summary>
internal static class JobEventSql
{
    private const string AppendEnds =
        """
        with event as materialized (
            select
                ending.position,
                uuid_v7(job.completed_at) as event_id,
                ending.type,
                team.organization_id,
                job.completed_at,
                jsonb_build_object(
                    'organization_id', team.organization_id,
                    'team_id', job.team_id,
                    'job_id', job.job_id,
                    'job_type', job.job_type,
                    'user_id', job.user_id,
                    'external_task_id', job.external_task_id,
                    'status', job.status,
                    'error_message', job.error_message,
                    'created_at', event_time(job.created_at),
                    'completed_at', event_time(job.completed_at),
                    'total_calls', job.total_calls,
                    'successful_calls', job.successful_calls,
                    'failed_calls', job.failed_calls,
                    'prompt_tokens', job.prompt_tokens,
                    'completion_tokens', job.completion_tokens,
                    'total_tokens', job.prompt_tokens + job.completion_tokens,
                    'credits_charged', trim_scale(job.credits_charged),
                    'credits_remaining', trim_scale(job.credits_remaining_after)) as data,
                jsonb_build_object(
                    'total_cost_usd', trim_scale(job.total_cost_usd),
                    'price_usd', trim_scale(job.price_usd)) as operator_data
            from unnest(@job_id, @type) with ordinality as ending (job_id, type, position)
            join jobs as job using (job_id)
            join teams as team using (team_id)
        )
        insert into webhook_deliveries (webhook_id, event_id, type, occurred_at, data)
        select
            listener.webhook_id,
            event.event_id,
            event.type,
            event.completed_at,
            case when listener.is_operator then event.data || event.operator_data else event.data end
        from event
        cross join lateral event_listeners(event.type, event.organization_id) as listener
        order by event.position
        """;

    /// <summary>Adds the statement, which comes after the one that ends them. A job that was cancelled is no event.</summary>
    public static void Append(NpgsqlBatch batch, List<JobLedger.Ending> ended)
    {
        var told = ended.FindAll(static ending => ending.Request.Status != JobStatus.Cancelled);
        if (told.Count == 0)
            return;

        var command = new NpgsqlBatchCommand(AppendEnds);
        var columns = new ParameterColumns(command.Parameters, told.Count);
        columns.Add("job_id", NpgsqlDbType.Uuid, told, static ending => ending.Request.JobId);
        columns.Add("type", NpgsqlDbType.Text, told, static ending => TypeOf(ending));
        batch.BatchCommands.Add(command);
    }

    private static string TypeOf(JobLedger.Ending ending) =>
        ending.Request.Expired ? EventTypes.JobExpired
        : ending.Request.Status == JobStatus.Completed ? EventTypes.JobCompleted
        : EventTypes.JobFailed;
}
