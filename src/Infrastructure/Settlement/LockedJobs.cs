using Npgsql;
using NpgsqlTypes;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Credits;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>Jobs that count their calls, and the wallets that pay for them, locked by a transaction: jobs before wallets, each in the order of their ids.</summary>
internal sealed class LockedJobs
{
    /// <summary>What <see cref="Read"/> reads, of <c>jobs as job</c>.</summary>
    public const string Columns =
        """
            job.job_id,
            job.team_id,
            job.status,
            job.credits_reserved,
            job.failed_calls,
            job.budget_mode,
            job.conversion_rate,
            job.client_cost_usd,
            job.prompt_tokens + job.completion_tokens,
            job.total_cost_usd,
            job.max_calls,
            job.max_cost_usd,
            job.admitted_calls
        """;

    /// <summary>Columns that <see cref="Read"/> reads.</summary>
    public const int ColumnCount = 13;

    private const string LockJobs =
        "select\n" + Columns +
        """

        from jobs as job
        where job.job_id = any(@job_id)
        order by job.job_id
        for no key update of job
        """;

    // Asked once the jobs are locked: what others have noted of their calls is committed by then.
    private const string SumPending =
        """
        select job_id, sum(estimated_cost_usd), sum(pending_tokens)
        from call_holds
        where job_id = any(@job_id)
        and pending_tokens > 0
        group by job_id
        """;

    private const string LockWallets =
        """
        select account.team_id, account.account_id, account.allocated, account.used, account.reserved, account.unlimited, account.grace
        from credit_accounts as account
        where account.team_id in (
            select job.team_id
            from jobs as job
            where job.job_id = any(@job_id)
            and job.conversion_rate is not null)
        order by account.account_id
        for no key update of account
        """;

    private const string SaveJobs =
        """
        update jobs
        set admitted_calls = changed.admitted_calls,
            credits_reserved = changed.credits_reserved
        from (
            select
                unnest(@job_id) as job_id, unnest(@admitted_calls) as admitted_calls,
                unnest(@credits_reserved) as credits_reserved
        ) as changed
        where jobs.job_id = changed.job_id
        """;

    private readonly Dictionary<string, CreditLedger> _wallets = new(StringComparer.Ordinal);

    public Dictionary<Guid, Job> Jobs { get; } = [];

    /// <summary>Adds the statements whose results <see cref="ReadAsync"/> reads.</summary>
    public static void AppendLocks(NpgsqlBatch batch, Guid[] jobIds)
    {
        foreach (var sql in (ReadOnlySpan<string>)[LockJobs, SumPending, LockWallets])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<Guid[]>("job_id", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { TypedValue = jobIds });
            batch.BatchCommands.Add(command);
        }
    }

    public static async Task<LockedJobs> ReadAsync(NpgsqlDataReader reader)
    {
        var rows = new List<JobRow>();
        while (await reader.ReadAsync())
            rows.Add(Read(reader));

        await reader.NextResultAsync();
        var pending = new Dictionary<Guid, JobUse>();
        while (await reader.ReadAsync())
            pending.Add(reader.GetGuid(0), new JobUse(reader.GetDecimal(1), reader.GetInt64(2)));

        var locked = new LockedJobs();
        foreach (var row in rows)
            locked.Jobs.Add(row.JobId, row.ToJob(pending.GetValueOrDefault(row.JobId)));

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            locked._wallets.Add(reader.GetString(0), WalletRow.Read(reader, first: 1));
        }

        return locked;
    }

    public static JobRow Read(NpgsqlDataReader reader) => new()
    {
        JobId = reader.GetGuid(0),
        TeamId = reader.GetString(1),
        Status = JobStatusNames.Parse(reader.GetString(2)),
        CreditsReserved = reader.GetDecimal(3),
        FailedCalls = reader.GetInt32(4),
        Tariff = new JobTariff(BudgetModeNames.Parse(reader.GetString(5)), reader.GetFieldValue<decimal?>(6) ?? 0),
        Used = new JobUse(reader.GetDecimal(7), reader.GetInt64(8)),
        CostUsd = reader.GetDecimal(9),
        Caps = new JobCaps(reader.GetFieldValue<int?>(10), reader.GetFieldValue<decimal?>(11)),
        AdmittedCalls = reader.GetInt32(12),
    };

    /// <summary>The wallet that pays for a job by its use; null where the job costs one credit whatever it uses.</summary>
    public CreditLedger? WalletOf(Job job) => job.Tariff.IsByUse ? _wallets[job.TeamId] : null;

    /// <summary>Adds the statements that write what was decided.</summary>
    public void AppendChanges(NpgsqlBatch batch)
    {
        var jobs = Jobs.Values.Where(static job => !job.IsFinished).ToList();
        if (jobs.Count > 0)
        {
            var command = new NpgsqlBatchCommand(SaveJobs);
            batch.BatchCommands.Add(command);
            var columns = new ParameterColumns(command.Parameters, jobs.Count);
            columns.Add("job_id", NpgsqlDbType.Uuid, jobs, static job => job.JobId);
            columns.Add("admitted_calls", NpgsqlDbType.Integer, jobs, static job => job.AdmittedCalls);
            columns.Add("credits_reserved", NpgsqlDbType.Numeric, jobs, static job => job.CreditsReserved);
        }

        WalletBatch.Append(batch, [.. _wallets.Values]);
    }
}

/// <summary>A job's row as it is locked.</summary>
internal sealed record JobRow
{
    public required Guid JobId { get; init; }

    public required string TeamId { get; init; }

    public required JobStatus Status { get; init; }

    public required decimal CreditsReserved { get; init; }

    public required int FailedCalls { get; init; }

    public required JobTariff Tariff { get; init; }

    public required JobUse Used { get; init; }

    public required decimal CostUsd { get; init; }

    public required JobCaps Caps { get; init; }

    public required int AdmittedCalls { get; init; }

    public Job ToJob(JobUse pending = default) => new(JobId, TeamId, Status, CreditsReserved)
    {
        FailedCalls = FailedCalls,
        Tariff = Tariff,
        Used = Used,
        Pending = pending,
        CostUsd = CostUsd,
        Caps = Caps,
        AdmittedCalls = AdmittedCalls,
    };
}
