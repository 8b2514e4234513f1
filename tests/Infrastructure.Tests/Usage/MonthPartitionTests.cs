using Dapper;
using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Usage;

namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>Jobs and calls lie in the month of their ids; months are made ahead and dropped as a whole.</summary>
internal sealed class MonthPartitionTests
{
    private static readonly DateOnly May = new(2044, 5, 1);
    private static readonly DateTimeOffset StartOfMay = new(2044, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private Node _node = null!;
    private UsageScenario _scenario = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        _scenario = new UsageScenario(_node, seed: 1);
        await _scenario.CreateTenantsAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [TestCase("1970-01-01T00:00:00Z", "00000000-0000-7000-8000-000000000000")]
    [TestCase("2026-11-21T12:34:56.789Z", null)]
    [TestCase("-infinity", "00000000-0000-7000-8000-000000000000")]
    [TestCase("infinity", "ffffffff-ffff-7000-8000-000000000000")]
    public async Task UuidFloor_ForATime_IsTheSmallestIdOfItsMillisecond(string at, string? expected)
    {
        var floor = (Guid)(await _node.SqlAsync($"select uuid_floor('{at}')"))!;

        if (expected is not null)
            Assert.That(floor, Is.EqualTo(Guid.Parse(expected)));
        else
            Assert.That(floor.ToString("N")[..13], Is.EqualTo(Guid.CreateVersion7(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).ToString("N")[..13]));
    }

    [Test]
    public async Task Create_WhenTheDefaultPartitionHoldsTheMonth_TakesItFromThere()
    {
        var before = await _scenario.OpenJobAsync(StartOfMay.AddMilliseconds(-1));
        var first = await _scenario.OpenJobAsync(StartOfMay);
        var last = await _scenario.OpenJobAsync(StartOfMay.AddMonths(1).AddMilliseconds(-1));
        var after = await _scenario.OpenJobAsync(StartOfMay.AddMonths(1));
        await _scenario.CallAsync(last, "team-0", StartOfMay.AddMonths(1).AddMilliseconds(-1));
        Assert.That(await PartitionsAsync("jobs"), Is.EqualTo(new Dictionary<Guid, string> { [before] = "jobs_default", [first] = "jobs_default", [last] = "jobs_default", [after] = "jobs_default" }));

        var created = await CreateAsync(May);
        var again = await CreateAsync(May);

        Assert.That((created, again), Is.EqualTo((true, false)));
        Assert.That(await PartitionsAsync("jobs"), Is.EqualTo(new Dictionary<Guid, string> { [before] = "jobs_default", [first] = "jobs_2044_05", [last] = "jobs_2044_05", [after] = "jobs_default" }));
        Assert.That((await PartitionsAsync("llm_calls")).Values, Is.EqualTo(new[] { "llm_calls_2044_05" }));
        await _scenario.EndJobAsync(last, "team-0", StartOfMay.AddMonths(1));
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);
    }

    [Test]
    public async Task KeepMonths_OnSeveralNodesAtOnce_MakesTheComingMonthOnce()
    {
        await _node.SqlAsync("drop table jobs_default, llm_calls_default");
        await _node.SqlAsync("create table jobs_default partition of jobs default");
        await _node.SqlAsync("create table llm_calls_default partition of llm_calls default");
        await _node.SqlAsync("do $$ declare name text := to_char(now() at time zone 'utc' + interval '1 month', '\"_\"YYYY_MM'); begin execute format('drop table %I, %I', 'jobs' || name, 'llm_calls' || name); end $$");

        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _node.DoAsync(new KeepMonths()))));

        Assert.That(runs.Sum(run => run.Created), Is.EqualTo(1));
        Assert.That(await _node.SqlAsync("select count(*) from partition_bounds"), Is.EqualTo(4));
        Assert.That((await _node.DoAsync(new KeepMonths())).Created, Is.Zero);
    }

    [Test]
    public async Task DropBefore_WhenAMonthIsInUse_WaitsUntilItIsNot()
    {
        await CreateAsync(May);
        await CreateAsync(May.AddMonths(1));
        var job = await _scenario.OpenJobAsync(StartOfMay.AddDays(3));
        var younger = await _scenario.OpenJobAsync(StartOfMay.AddMonths(1));
        await _scenario.EndJobAsync(younger, "team-0", StartOfMay.AddMonths(1));
        await DropPastAsync();

        await _node.DoAsync(new FoldUsage());
        Assert.That(await DropBeforeAsync(May.AddMonths(2)), Is.Zero, "a job is open");

        await _scenario.EndJobAsync(job, "team-0", StartOfMay.AddDays(3));
        Assert.That(await DropBeforeAsync(May.AddMonths(2)), Is.Zero, "its end is queued");

        await _node.DoAsync(new FoldUsage());
        Assert.That(await DropBeforeAsync(May.AddMonths(1)), Is.EqualTo(1), "only the months before");
        Assert.That((await PartitionsAsync("jobs")).Keys, Is.EqualTo(new[] { younger }));
        Assert.That(await DropBeforeAsync(May.AddMonths(2)), Is.EqualTo(1));
    }

    [Test]
    public async Task DropBefore_WhenACallOutlivesItsMonth_KeepsRollupsAndCleanBooks()
    {
        await CreateAsync(May);
        await CreateAsync(May.AddMonths(1));
        await _scenario.RunAsync(60, 20, StartOfMay, StartOfMay.AddMonths(1));
        var job = await _scenario.OpenJobAsync(StartOfMay.AddMonths(1).AddSeconds(-1));
        await _scenario.CallAsync(job, "team-0", StartOfMay.AddMonths(1).AddSeconds(1));
        await _node.SqlAsync("update jobs set refunded_at = null");
        foreach (var (jobId, teamId) in await OpenJobsAsync())
            await _scenario.EndJobAsync(jobId, teamId, StartOfMay.AddMonths(1).AddHours(1));
        await _node.DoAsync(new FoldUsage());
        await DropPastAsync();
        var usage = await _node.SqlAsync("select sum(jobs) || ' ' || sum(calls) || ' ' || sum(cost_usd) from job_usage where organization_id <> ''");

        Assert.That(await DropBeforeAsync(May.AddMonths(1)), Is.EqualTo(1));

        Assert.That(await _node.SqlAsync("select count(*) from jobs"), Is.Zero);
        Assert.That(await _node.SqlAsync("select count(*) from llm_calls"), Is.EqualTo(1));
        Assert.That(await _node.SqlAsync("select sum(jobs) || ' ' || sum(calls) || ' ' || sum(cost_usd) from job_usage where organization_id <> ''"), Is.EqualTo(usage));
        var report = await _node.DoAsync(new VerifyLedger());
        Assert.That(report.Checks.Where(check => check.Violations > 0), Is.Empty);
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    public async Task KeepMonths_ByTheRetention_DropsWhatIsOlder(int retentionMonths, int dropped)
    {
        // Makes the first partition, which ends with the month of the migration, one that ended two months ago.
        await _node.SqlAsync(
            """
            do $$
            declare
                at text := uuid_floor(date_trunc('month', now() at time zone 'utc') at time zone 'utc' - interval '1 month')::text;
                bound record;
            begin
                for bound in select partition_bounds.of as whole, name from partition_bounds where lower is null loop
                    execute format('alter table %I detach partition %I', bound.whole, bound.name);
                    execute format('alter table %I attach partition %I for values from (minvalue) to (%L)', bound.whole, bound.name, at);
                end loop;
            end $$
            """);
        await using var node = await Node.StartAsync(_node.ConnectionString, settings: $"Usage:RetentionMonths={retentionMonths}");

        var kept = await node.DoAsync(new KeepMonths());

        Assert.That(kept.Dropped, Is.EqualTo(dropped));
    }

    [Test]
    public async Task ListJobs_OverMonths_IsNewestFirstAndTurnsPagesOnce()
    {
        await CreateAsync(May);
        var jobs = new List<Guid>();
        for (var day = -40; day <= 40; day += 4)
            jobs.Add(await _scenario.OpenJobAsync(StartOfMay.AddDays(day)));
        jobs.Reverse();

        var listed = new List<Guid>();
        var cursor = default(string);
        do
        {
            var page = await _node.DoAsync(new ListJobs(Caller.Operator("test"), "team-0", null, null, null, null, null, new PageRequest(5, cursor)));
            listed.AddRange(page.Data.Select(job => job.JobId));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.That(listed, Is.EqualTo(jobs));
        var may = await _node.DoAsync(new ListJobs(Caller.Operator("test"), "team-0", null, null, null, StartOfMay, StartOfMay.AddDays(12), new PageRequest(50, null)));
        Assert.That(may.Data.Select(job => job.CreatedAt), Is.EqualTo(new[] { StartOfMay.AddDays(8), StartOfMay.AddDays(4), StartOfMay }));
    }

    private Task<bool> CreateAsync(DateOnly month) => _node.Get<IMonthPartitions>().CreateAsync(month, CancellationToken.None);

    private Task<int> DropBeforeAsync(DateOnly month) => _node.Get<IMonthPartitions>().DropBeforeAsync(month, CancellationToken.None);

    /// <summary>Drops what lies between today and the months of these tests.</summary>
    private Task<int> DropPastAsync() => DropBeforeAsync(May);

    private async Task<Dictionary<Guid, string>> PartitionsAsync(string table)
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var rows = await connection.QueryAsync<(Guid Id, string Partition)>(
            table == "jobs" ? "select job_id, tableoid::regclass::text from jobs order by job_id" : "select call_id, tableoid::regclass::text from llm_calls order by call_id");
        return rows.ToDictionary(row => row.Id, row => row.Partition);
    }

    private async Task<IEnumerable<(Guid JobId, string TeamId)>> OpenJobsAsync()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        return await connection.QueryAsync<(Guid, string)>("select job_id, team_id from jobs where completed_at is null");
    }
}
