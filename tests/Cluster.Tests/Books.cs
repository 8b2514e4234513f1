using Dapper;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Cluster.Tests;

/// <summary>What the database says, read past the service.</summary>
internal sealed class Books(RestartablePostgres postgres)
{
    /// <summary>Credits that each team could still spend.</summary>
    public async Task<IReadOnlyDictionary<string, decimal>> AvailableAsync()
    {
        await using var connection = Connect();
        var wallets = await connection.QueryAsync<(string TeamId, decimal Available)>(
            """
            select team_id, allocated - used - reserved
            from credit_accounts
            where team_id is not null
            """);
        return wallets.ToDictionary(wallet => wallet.TeamId, wallet => wallet.Available, StringComparer.Ordinal);
    }

    public async Task<Wallet> WalletAsync(string teamId)
    {
        await using var connection = Connect();
        return await connection.QuerySingleAsync<Wallet>(
            """
            select allocated, used, reserved
            from credit_accounts
            where team_id = @teamId
            """,
            new { teamId });
    }

    /// <summary>How many transfers of that kind each of the jobs has; jobs without one are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> TransfersAsync(IEnumerable<Guid> jobs, string kind)
    {
        await using var connection = Connect();
        var counts = await connection.QueryAsync<(Guid JobId, int Count)>(
            """
            select job_id, count(*)::int
            from credit_transfers
            where job_id = any(@jobs)
            and kind = @kind
            group by job_id
            """,
            new { jobs = jobs.ToArray(), kind });
        return counts.ToDictionary(count => count.JobId, count => count.Count);
    }

    public async Task<int> CountJobsAsync(IEnumerable<Guid> jobs, string status, string? errorMessage = null)
    {
        await using var connection = Connect();
        return await connection.QuerySingleAsync<int>(
            """
            select count(*)::int
            from jobs
            where job_id = any(@jobs)
            and status = @status
            and error_message is not distinct from @errorMessage
            """,
            new { jobs = jobs.ToArray(), status, errorMessage });
    }

    /// <summary>Fails where the database does not have everything that was answered, or has a team below zero.</summary>
    public async Task AssertHoldAsync(Answered answered)
    {
        var missing = new
        {
            Jobs = await MissingJobsAsync(answered),
            Calls = await MissingCallsAsync(answered),
            Ends = await DifferentEndsAsync(answered),
            TopUps = await DifferentTopUpsAsync(answered),
            Twice = await CreatedTwiceAsync(),
            Overdrawn = (await AvailableAsync()).Where(wallet => wallet.Value < 0).Select(wallet => wallet.Key).ToArray(),
        };
        Assert.Multiple(() =>
        {
            Assert.That(missing.Jobs, Is.Empty, "jobs whose creation was answered are not there");
            Assert.That(missing.Calls, Is.Empty, "calls that were answered are not there");
            Assert.That(missing.Ends, Is.Empty, "jobs did not end as was answered");
            Assert.That(missing.TopUps, Is.Empty, "credits that were answered as added are not there exactly once");
            Assert.That(missing.Twice, Is.Empty, "requests under one idempotency key made two jobs");
            Assert.That(missing.Overdrawn, Is.Empty, "teams are below zero");
        });
    }

    /// <summary>Runs the service's <c>verify</c> command; gives what it printed.</summary>
    public async Task<string> AssertVerifiedAsync()
    {
        var (exitCode, output) = await ServiceProcess.RunAsync("verify", postgres.ConnectionString);
        Assert.That(exitCode, Is.Zero, output);
        return output.Trim();
    }

    private async Task<IEnumerable<Guid>> MissingJobsAsync(Answered answered)
    {
        var said = answered.Jobs.ToArray();
        await using var connection = Connect();
        return await connection.QueryAsync<Guid>(
            """
            select said.job_id
            from unnest(@jobs, @teams) as said (job_id, team_id)
            left join jobs using (job_id, team_id)
            where jobs.job_id is null
            """,
            new { jobs = said.Select(job => job.Key).ToArray(), teams = said.Select(job => job.Value).ToArray() });
    }

    private async Task<IEnumerable<Guid>> MissingCallsAsync(Answered answered)
    {
        var said = answered.Calls.ToArray();
        await using var connection = Connect();
        return await connection.QueryAsync<Guid>(
            """
            select said.call_id
            from unnest(@calls, @jobs) as said (call_id, job_id)
            left join llm_calls as call
                on call.call_id = said.call_id
                and call.job_id = said.job_id
                and call.status = 'succeeded'
            where call.call_id is null
            """,
            new { calls = said.Select(call => call.Key).ToArray(), jobs = said.Select(call => call.Value).ToArray() });
    }

    private async Task<IEnumerable<Guid>> DifferentEndsAsync(Answered answered)
    {
        var said = answered.Ends.ToArray();
        await using var connection = Connect();
        return await connection.QueryAsync<Guid>(
            """
            select said.job_id
            from unnest(@jobs, @statuses, @charges) as said (job_id, status, charged)
            left join jobs using (job_id)
            where jobs.status is distinct from said.status
            or jobs.credits_charged is distinct from said.charged
            """,
            new
            {
                jobs = said.Select(end => end.Key).ToArray(),
                statuses = said.Select(end => end.Value.Status).ToArray(),
                charges = said.Select(end => end.Value.CreditsCharged).ToArray(),
            });
    }

    private async Task<IEnumerable<string>> DifferentTopUpsAsync(Answered answered)
    {
        var said = answered.TopUps.ToArray();
        await using var connection = Connect();
        return await connection.QueryAsync<string>(
            """
            select said.reason
            from unnest(@reasons, @teams, @credits) as said (reason, team_id, credits)
            left join credit_accounts using (team_id)
            left join credit_transfers as transfer
                on transfer.account_id = credit_accounts.account_id
                and transfer.reason = said.reason
                and transfer.amount = said.credits
                and transfer.kind = 'allocation'
            group by said.reason
            having count(transfer.transfer_id) <> 1
            """,
            new
            {
                reasons = said.Select(topUp => topUp.Key).ToArray(),
                teams = said.Select(topUp => topUp.Value.TeamId).ToArray(),
                credits = said.Select(topUp => topUp.Value.Credits).ToArray(),
            });
    }

    private async Task<IEnumerable<string>> CreatedTwiceAsync()
    {
        await using var connection = Connect();
        return await connection.QueryAsync<string>(
            """
            select external_task_id
            from jobs
            where external_task_id is not null
            group by external_task_id
            having count(*) > 1
            """);
    }

    private NpgsqlConnection Connect() => new(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString);
}

internal sealed record Wallet
{
    public decimal Allocated { get; init; }

    public decimal Used { get; init; }

    public decimal Reserved { get; init; }

    public decimal Available => Allocated - Used - Reserved;
}
