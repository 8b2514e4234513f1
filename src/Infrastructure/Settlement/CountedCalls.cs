using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Lets the calls of jobs through that have caps or pay by use: lock the jobs, then the wallets, let the domain decide, write it,
/// commit without waiting for the disk.
/// </summary>
internal sealed class CountedCalls([FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, SettlementMetrics metrics) : GroupCommit<CountedCalls.Asking>(metrics, "counted_job_calls")
{
    private const string DoNotWaitForDisk =
        """
        set local synchronous_commit = off
        """;

    private const string InsertCalls =
        """
        insert into call_holds (
            call_id, job_id, credits, organization_id, team_id, operation, model, purpose, streamed, prompt_tokens,
            estimated_cost_usd, pending_tokens, request_id, created_at, expires_at)
        select
            call_id, job_id, 0, organization_id, team_id, 'chat', model, purpose, streamed, prompt_tokens,
            estimated_cost_usd, pending_tokens, request_id, created_at, expires_at
        from (
            select
                unnest(@call_id) as call_id, unnest(@job_id) as job_id, unnest(@organization_id) as organization_id,
                unnest(@team_id) as team_id, unnest(@model) as model, unnest(@purpose) as purpose, unnest(@streamed) as streamed,
                unnest(@prompt_tokens) as prompt_tokens, unnest(@estimated_cost_usd) as estimated_cost_usd,
                unnest(@pending_tokens) as pending_tokens, unnest(@request_id) as request_id, unnest(@created_at) as created_at,
                unnest(@expires_at) as expires_at
        ) as call
        """;

    private const string ExtendCalls =
        """
        update call_holds
        set estimated_cost_usd = call_holds.estimated_cost_usd + more.cost_usd,
            pending_tokens = call_holds.pending_tokens + more.tokens,
            expires_at = greatest(call_holds.expires_at, more.expires_at)
        from (
            select
                unnest(@call_id) as call_id, unnest(@cost_usd) as cost_usd, unnest(@tokens) as tokens,
                unnest(@expires_at) as expires_at
        ) as more
        where call_holds.call_id = more.call_id
        """;

    public Task<Result<Nothing>> AdmitAsync(JobCall call) => AskAsync(new Asking(call, call.Estimate, call.ExpiresAt, isNew: true));

    public Task<Result<Nothing>> ExtendAsync(JobCall call, JobUse more, DateTimeOffset expiresAt) =>
        AskAsync(new Asking(call, more, expiresAt, isNew: false));

    protected override async Task WriteAsync(IReadOnlyList<Asking> batch)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var locked = await LockAsync(connection, transaction, batch);
        foreach (var asking in batch)
            asking.Outcome = Decide(asking, locked);

        await using var writing = new NpgsqlBatch(connection, transaction);
        AppendNew(writing, [.. batch.Where(static asking => asking is { IsNew: true, Outcome.IsSuccess: true })]);
        AppendExtended(writing, [.. batch.Where(static asking => asking is { IsNew: false, Outcome.IsSuccess: true })]);
        locked.AppendChanges(writing);
        await writing.ExecuteAndCommitAsync();
    }

    private Task<Result<Nothing>> AskAsync(Asking asking)
    {
        Enqueue(asking);
        return asking.Task;
    }

    private static async Task<LockedJobs> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Asking> batch)
    {
        await using var locking = new NpgsqlBatch(connection, transaction);
        locking.BatchCommands.Add(new NpgsqlBatchCommand(DoNotWaitForDisk));
        LockedJobs.AppendLocks(locking, [.. batch.Select(static asking => asking.Call.JobId).Distinct()]);
        await using var reader = await locking.ExecuteReaderAsync();
        return await LockedJobs.ReadAsync(reader);
    }

    private static Result<Nothing> Decide(Asking asking, LockedJobs locked)
    {
        if (!locked.Jobs.TryGetValue(asking.Call.JobId, out var job))
            return JobsErrors.NotFound(asking.Call.JobId);

        return asking.IsNew
            ? job.Admit(asking.Call.CallId, asking.Use, locked.WalletOf(job))
            : job.Extend(asking.Call.CallId, asking.Use, locked.WalletOf(job));
    }

    private static void AppendNew(NpgsqlBatch batch, List<Asking> admitted)
    {
        if (admitted.Count == 0)
            return;

        var command = new NpgsqlBatchCommand(InsertCalls);
        batch.BatchCommands.Add(command);
        var columns = new ParameterColumns(command.Parameters, admitted.Count);
        columns.Add("call_id", NpgsqlDbType.Uuid, admitted, static asking => asking.Call.CallId);
        columns.Add("job_id", NpgsqlDbType.Uuid, admitted, static asking => asking.Call.JobId);
        columns.Add("organization_id", NpgsqlDbType.Text, admitted, static asking => asking.Call.OrganizationId);
        columns.Add("team_id", NpgsqlDbType.Text, admitted, static asking => asking.Call.TeamId);
        columns.Add("model", NpgsqlDbType.Text, admitted, static asking => asking.Call.Model);
        columns.Add("purpose", NpgsqlDbType.Text, admitted, static asking => asking.Call.Purpose);
        columns.Add("streamed", NpgsqlDbType.Boolean, admitted, static asking => asking.Call.Streamed);
        columns.Add("prompt_tokens", NpgsqlDbType.Integer, admitted, static asking => asking.Call.PromptTokens);
        columns.Add("estimated_cost_usd", NpgsqlDbType.Numeric, admitted, static asking => asking.Use.ClientCostUsd);

        // A counted call is never counted as nothing: it would not be found again.
        columns.Add("pending_tokens", NpgsqlDbType.Integer, admitted, static asking => (int)Math.Clamp(asking.Use.Tokens, 1, int.MaxValue));
        columns.Add("request_id", NpgsqlDbType.Text, admitted, static asking => asking.Call.RequestId);
        columns.Add("created_at", NpgsqlDbType.TimestampTz, admitted, static asking => asking.Call.CreatedAt.UtcDateTime);
        columns.Add("expires_at", NpgsqlDbType.TimestampTz, admitted, static asking => asking.ExpiresAt.UtcDateTime);
    }

    private static void AppendExtended(NpgsqlBatch batch, List<Asking> extended)
    {
        if (extended.Count == 0)
            return;

        var command = new NpgsqlBatchCommand(ExtendCalls);
        batch.BatchCommands.Add(command);
        var columns = new ParameterColumns(command.Parameters, extended.Count);
        columns.Add("call_id", NpgsqlDbType.Uuid, extended, static asking => asking.Call.CallId);
        columns.Add("cost_usd", NpgsqlDbType.Numeric, extended, static asking => asking.Use.ClientCostUsd);
        columns.Add("tokens", NpgsqlDbType.Integer, extended, static asking => (int)Math.Min(asking.Use.Tokens, int.MaxValue));
        columns.Add("expires_at", NpgsqlDbType.TimestampTz, extended, static asking => asking.ExpiresAt.UtcDateTime);
    }

    /// <param name="use">What it will probably use, or use more.</param>
    /// <param name="isNew">False: it runs, and needs more.</param>
    internal sealed class Asking(JobCall call, JobUse use, DateTimeOffset expiresAt, bool isNew) : GroupCommitItem<Result<Nothing>>
    {
        public JobCall Call { get; } = call;

        public JobUse Use { get; } = use;

        public DateTimeOffset ExpiresAt { get; } = expiresAt;

        public bool IsNew { get; } = isNew;
    }
}
