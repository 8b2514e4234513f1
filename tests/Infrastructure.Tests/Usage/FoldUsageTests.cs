using System.Globalization;
using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>The rollups are, number for number, what plain SQL over the raw rows says.</summary>
internal sealed class FoldUsageTests
{
    private static readonly DateTimeOffset Start = new(2044, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Node _node = null!;
    private UsageScenario _scenario = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        _scenario = new UsageScenario(_node, seed: 7);
        await _scenario.CreateTenantsAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Fold_OverAYear_GivesWhatTheRawRowsGive()
    {
        for (var part = 0; part < 4; part++)
        {
            await _scenario.RunAsync(60, 25, Start, Start.AddYears(1));
            Assert.That((await _node.DoAsync(new FoldUsage())).Rows, Is.Positive);
        }

        Assert.That((await _node.DoAsync(new FoldUsage())).Rows, Is.Zero);
        await AssertRollupsAsync();
    }

    /// <summary>What a connection plans over tables that were analyzed when they were small it keeps for a while, and by then they may be large.</summary>
    [Test]
    public async Task Fold_PlannedOverSmallTables_LooksEachRowUpByItsKey()
    {
        const int Jobs = 200;
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await _scenario.RunAsync(3, 3, Start, Start.AddDays(1));
        await ScalarAsync("vacuum analyze");
        await ScalarAsync("select fold_usage()");
        await _scenario.RunAsync(Jobs, 0, Start, Start.AddDays(1));
        var before = await ScansAsync();

        Assert.That(await ScalarAsync("select fold_usage()"), Is.GreaterThan((long)Jobs));

        Assert.That(await ScansAsync() - before, Is.LessThan(Jobs), "tables that were read whole");

        async Task<long> ScansAsync()
        {
            await ScalarAsync("select pg_stat_force_next_flush()");
            return (long)(await ScalarAsync("select sum(seq_scan)::bigint from pg_stat_user_tables where relname ~ '^(jobs|llm_calls)_(before|default|2)'"))!;
        }

        async Task<object?> ScalarAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync();
        }
    }

    [Test]
    public async Task Fold_BetweenTheStepsOfOneJob_CountsEachOnce()
    {
        var job = await _scenario.OpenJobAsync(Start, userId: "ann");
        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();

        await _scenario.CallAsync(job, "team-0", Start.AddSeconds(1));
        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();

        await _scenario.EndJobAsync(job, "team-0", Start.AddSeconds(5));
        await _node.SqlAsync("update jobs set price_usd = 0.7000000001");
        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();

        await _scenario.CallAsync(job, "team-0", Start.AddSeconds(3));
        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();

        await _scenario.RefundAsync(job);
        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();
    }

    [Test]
    public async Task Fold_OnSeveralNodesWhileOthersWrite_CountsEachOnce()
    {
        using var done = new CancellationTokenSource();
        var folders = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await _node.DoAsync(new FoldUsage());
        })).ToArray();

        var teams = Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; i < 50; i++)
            {
                var team = $"team-{worker}";
                var job = await _scenario.OpenJobAsync(Start.AddHours(i), team);
                await _scenario.CallAsync(job, team, Start.AddHours(i));
                await _scenario.EndJobAsync(job, team, Start.AddHours(i), JobStatus.Completed);
            }
        });
        await Task.WhenAll(teams);
        await done.CancelAsync();
        await Task.WhenAll(folders);

        await _node.DoAsync(new FoldUsage());
        await AssertRollupsAsync();
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);
    }

    private async Task AssertRollupsAsync()
    {
        foreach (var (raw, rolled) in RawUsage.Pairs)
            Assert.That(await RowsAsync(rolled), Is.EqualTo(await RowsAsync(raw)));
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = _node.Get<NpgsqlDataSource>().CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        var values = new object[reader.FieldCount];
        while (await reader.ReadAsync())
        {
            reader.GetValues(values);
            rows.Add(string.Join(" | ", values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
