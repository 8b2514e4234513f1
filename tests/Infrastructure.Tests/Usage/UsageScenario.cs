using Npgsql;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Metering;

namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>Jobs and calls of any time, written by the product's own writers. The same seed makes the same ones, ids apart.</summary>
internal sealed class UsageScenario(Node node, int seed)
{
    private static readonly string[] Types = ["summary", "translation", "extraction"];
    private static readonly string[] Groups = ["ChatFast", "ChatBest"];
    private static readonly CatalogModel[] Models = [Model("small", "openai"), Model("large", "openai"), Model("other", "anthropic")];

    private readonly Random _random = new(seed);
    private Guid _teamWallet;
    private Guid _pool;

    /// <summary>Three organizations, five teams of the first two, credits for all of them.</summary>
    public async Task CreateTenantsAsync()
    {
        for (var organization = 0; organization < 3; organization++)
            await node.DoAsync(new CreateOrganization($"org-{organization}", "x", CreditsAllocated: 1_000_000));
        for (var team = 0; team < 5; team++)
            await node.DoAsync(new CreateTeam($"org-{team % 2}", $"team-{team}", CreditsAllocated: 1_000_000));
        _teamWallet = (Guid)(await node.SqlAsync("select account_id from credit_accounts where team_id = 'team-0'"))!;
        _pool = (Guid)(await node.SqlAsync("select account_id from credit_accounts where organization_id = 'org-2' and user_id is null"))!;
    }

    /// <summary>Jobs that begin at random times of a range, most of them ended and priced, some refunded, some still open; and calls without a job.</summary>
    public async Task RunAsync(int jobs, int meteredCalls, DateTimeOffset from, DateTimeOffset to)
    {
        for (var i = 0; i < jobs; i++)
            await RunJobAsync(RandomTime(from, to));
        for (var i = 0; i < meteredCalls; i++)
            await CallAsync(RandomTime(from, to));
    }

    public async Task<Guid> OpenJobAsync(DateTimeOffset at, string teamId = "team-0", string? userId = null)
    {
        var opened = await node.Get<IJobLedger>().OpenAsync(
            new JobOpening
            {
                JobId = Guid.CreateVersion7(at),
                TeamId = teamId,
                JobType = Types[_random.Next(Types.Length)],
                UserId = userId,
                CreatedAt = at,
                ExpiresAt = at.AddDays(1),
            },
            CancellationToken.None);
        return opened.Value.JobId;
    }

    public Task CallAsync(Guid jobId, string teamId, DateTimeOffset at)
    {
        var model = Models[_random.Next(Models.Length)];
        var succeeded = _random.Next(12) > 0;
        var usage = succeeded ? new TokenUsage(_random.Next(1, 5000), _random.Next(1, 1000)) : default;
        return node.Get<ICallSettlement>().RecordAsync(
            new CallRecord
            {
                CallId = Guid.CreateVersion7(at),
                JobId = jobId,
                TeamId = teamId,
                ModelGroup = Groups[_random.Next(Groups.Length)],
                Model = succeeded || _random.Next(2) == 0 ? model : null,
                Succeeded = succeeded,
                Streamed = false,
                Usage = usage,
                UsageSource = UsageSource.Upstream,
                CostUsd = model.Prices!.CostUsd(usage),
                LatencyMs = 1,
                Attempts = 1,
                CreatedAt = at,
            },
            CancellationToken.None);
    }

    public Task EndJobAsync(Guid jobId, string teamId, DateTimeOffset at, JobStatus status = JobStatus.Completed) =>
        node.Get<IJobLedger>().EndAsync(new JobEnding { JobId = jobId, TeamId = teamId, Status = status, EndedAt = at }, CancellationToken.None);

    /// <summary>What a refund leaves behind.</summary>
    public Task RefundAsync(Guid jobId) => SqlAsync(
        """
        with refunded as (
            update jobs
            set refunded_at = now()
            where job_id = $1
            and credits_charged > 0
            returning job_id
        )
        insert into jobs_to_roll (job_id, sign)
        select job_id, -1
        from refunded
        """,
        jobId);

    private async Task RunJobAsync(DateTimeOffset at)
    {
        var teamId = $"team-{_random.Next(5)}";
        var jobId = await OpenJobAsync(at, teamId, _random.Next(3) == 0 ? null : $"user-{_random.Next(4)}");
        var calls = _random.Next(4);
        for (var call = 1; call <= calls; call++)
            await CallAsync(jobId, teamId, at.AddSeconds(call));

        var fate = _random.Next(10);
        if (fate == 0)
            return;

        await EndJobAsync(jobId, teamId, at.AddMinutes(1), fate == 1 ? JobStatus.Failed : fate == 2 ? JobStatus.Cancelled : JobStatus.Completed);

        // As if a rule had priced it.
        await SqlAsync("update jobs set price_usd = $2 where job_id = $1", jobId, _random.Next(5) == 0 ? DBNull.Value : _random.Next(1, 100_000) * 0.0000123457m);
        if (_random.Next(8) == 0)
            await CallAsync(jobId, teamId, at.AddSeconds(40));
        if (fate == 3)
            await RefundAsync(jobId);
    }

    private Task<SettledCall> CallAsync(DateTimeOffset at)
    {
        var usage = new TokenUsage(_random.Next(1, 5000), _random.Next(1, 1000));
        var model = Models[_random.Next(Models.Length)];
        var byTeam = _random.Next(2) == 0;
        var rate = new MeteringRate(PowerLevel.Precision, 20);
        return node.Get<ICallMeter>().SettleAsync(
            new MeteredCall
            {
                Record = new CallRecord
                {
                    CallId = Guid.CreateVersion7(at),
                    JobId = null,
                    TeamId = byTeam ? "team-0" : null,
                    ModelGroup = _random.Next(2) == 0 ? Groups[0] : null,
                    Model = model,
                    Succeeded = true,
                    Streamed = false,
                    Usage = usage,
                    UsageSource = UsageSource.Upstream,
                    CostUsd = model.Prices!.CostUsd(usage),
                    LatencyMs = 1,
                    Attempts = 1,
                    CreatedAt = at,
                },
                OrganizationId = byTeam ? "org-0" : "org-2",
                UserId = byTeam ? null : $"caller-{_random.Next(3)}",
                AccountId = byTeam ? _teamWallet : _pool,
                Operation = "chat",
                Rate = rate,
                Credits = rate.Credits(model.Prices, usage),
            },
            CancellationToken.None);
    }

    private DateTimeOffset RandomTime(DateTimeOffset from, DateTimeOffset to) => from.AddMilliseconds(_random.NextInt64((long)(to - from).TotalMilliseconds));

    private async Task SqlAsync(string sql, params object[] values)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private static CatalogModel Model(string alias, string provider) => new()
    {
        Alias = alias,
        Provider = provider,
        UpstreamModel = alias,
        Active = true,
        Prices = new ModelPrices(alias.Length * 0.1m, alias.Length * 0.37m, null),
    };
}
