using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>Most calls are only noted, in one statement a batch; those of jobs that count them need their jobs' locks and go another way.</summary>
internal sealed class JobCalls([FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, CountedCalls counted, SettlementMetrics metrics)
    : GroupCommit<JobCalls.Noting>(metrics, "job_call_notes"), IJobCalls
{
    // The setting ends with the statement's own transaction: a connection that goes back to the pool must wait for the disk again.
    private const string Sql =
        """
        with setting as materialized (
            select set_config('synchronous_commit', 'off', true)
        )
        insert into call_holds (
            call_id, job_id, credits, organization_id, team_id, operation, model, purpose, streamed, prompt_tokens,
            estimated_cost_usd, request_id, created_at, expires_at)
        select
            call_id, job_id, 0, organization_id, team_id, 'chat', model, purpose, streamed, prompt_tokens,
            estimated_cost_usd, request_id, created_at, expires_at
        from (
            select
                unnest(@call_id) as call_id, unnest(@job_id) as job_id, unnest(@organization_id) as organization_id,
                unnest(@team_id) as team_id, unnest(@model) as model, unnest(@purpose) as purpose, unnest(@streamed) as streamed,
                unnest(@prompt_tokens) as prompt_tokens, unnest(@estimated_cost_usd) as estimated_cost_usd,
                unnest(@request_id) as request_id, unnest(@created_at) as created_at, unnest(@expires_at) as expires_at
        ) as call
        cross join setting
        """;

    private const string PutOff =
        """
        update call_holds
        set expires_at = greatest(expires_at, @expires_at)
        where call_id = @call_id
        """;

    /// <summary>Longest time of a statement, in seconds: a caller waits for it before its call is sent.</summary>
    private const int TimeoutSeconds = 10;

    private readonly PreparedBatch<Noting> _notes = new(dataSource, Sql, TimeoutSeconds, Columns());

    public Task<Result<Nothing>> AdmitAsync(JobCall call, CancellationToken cancellationToken)
    {
        if (call.Counted)
            return counted.AdmitAsync(call);

        var item = new Noting(call);
        Enqueue(item);
        return item.Task;
    }

    public async Task<Result<Nothing>> ExtendAsync(JobCall call, JobUse more, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        if (call.Counted && more != default)
            return await counted.ExtendAsync(call, more, expiresAt);

        await using var command = dataSource.CreateCommand(PutOff);
        command.Parameters.Add(new NpgsqlParameter<Guid>("call_id", call.CallId));
        command.Parameters.Add(new NpgsqlParameter<DateTime>("expires_at", expiresAt.UtcDateTime));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return default(Nothing);
    }

    protected override Task WriteAsync(IReadOnlyList<Noting> batch) => _notes.ExecuteAsync(batch);

    protected override ValueTask ReleaseAsync() => _notes.DisposeAsync();

    private static BatchColumn<Noting>[] Columns() =>
    [
        BatchColumn<Noting>.Of("call_id", NpgsqlDbType.Uuid, static item => item.Call.CallId),
        BatchColumn<Noting>.Of("job_id", NpgsqlDbType.Uuid, static item => item.Call.JobId),
        BatchColumn<Noting>.Of("organization_id", NpgsqlDbType.Text, static item => item.Call.OrganizationId),
        BatchColumn<Noting>.Of("team_id", NpgsqlDbType.Text, static item => item.Call.TeamId),
        BatchColumn<Noting>.Of("model", NpgsqlDbType.Text, static item => item.Call.Model),
        BatchColumn<Noting>.Of("purpose", NpgsqlDbType.Text, static item => item.Call.Purpose),
        BatchColumn<Noting>.Of("streamed", NpgsqlDbType.Boolean, static item => item.Call.Streamed),
        BatchColumn<Noting>.Of("prompt_tokens", NpgsqlDbType.Integer, static item => item.Call.PromptTokens),
        BatchColumn<Noting>.Of("estimated_cost_usd", NpgsqlDbType.Numeric, static item => item.Call.Estimate.ClientCostUsd),
        BatchColumn<Noting>.Of("request_id", NpgsqlDbType.Text, static item => item.Call.RequestId),
        BatchColumn<Noting>.Of("created_at", NpgsqlDbType.TimestampTz, static item => item.Call.CreatedAt.UtcDateTime),
        BatchColumn<Noting>.Of("expires_at", NpgsqlDbType.TimestampTz, static item => item.Call.ExpiresAt.UtcDateTime),
    ];

    internal sealed class Noting(JobCall call) : GroupCommitItem<Result<Nothing>>
    {
        public JobCall Call { get; } = call;
    }
}
