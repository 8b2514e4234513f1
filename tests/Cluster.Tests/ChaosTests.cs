using System.Globalization;

namespace SaasLlm.Cluster.Tests;

/// <summary>
/// Random faults under steady load, some of them two at a time. A few seconds here; minutes by <c>./build.sh --target=Chaos</c>,
/// which hands in the time, and a seed to have the same faults again.
/// </summary>
[Order(6)]
internal sealed class ChaosTests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(8);

    private readonly SortedDictionary<string, int> _injected = new(StringComparer.Ordinal);

    private static Cluster Cluster => ClusterSetUp.Cluster;

    [Test]
    public async Task Cluster_UnderRandomFaults_KeepsItsWord()
    {
        var parameters = TestContext.Parameters;
        var time = parameters.Get("minutes") is { } minutes ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)) : Shortest;
        var seed = parameters.Get("seed") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);
        Say($"chaos for {time.TotalMinutes:0.#} minutes, seed {seed}");

        var load = Load.Start(Cluster, workers: 16, pace: TimeSpan.FromMilliseconds(50), seed);
        try
        {
            await InjectAsync(new Random(seed), time, load);
        }
        finally
        {
            await load.StopAsync();
            Say(load.Answered.ToString());
            Say($"faults: {string.Join(", ", _injected.Select(fault => $"{fault.Value} × {fault.Key}"))}");
        }

        load.Answered.AssertOnly(Outcome.NoCredits, Outcome.Suspended, Outcome.Limited, Outcome.Unavailable, Outcome.NodeLost, Outcome.BrokenStream);
        Assert.That(Cluster.LoggedBugs(), Is.Empty);
        await Cluster.Books.AssertHoldAsync(load.Answered);
        await LimitsTests.AssertAreSharedAsync();
        Say(await Cluster.Books.AssertVerifiedAsync());
    }

    /// <summary>One fault after the other until the time is over; after each one the load must run on.</summary>
    private async Task InjectAsync(Random random, TimeSpan time, Load load)
    {
        const int afterwards = 20;
        var faults = new Faults(Cluster);
        var start = TimeProvider.System.GetTimestamp();
        await load.UntilEndedAsync(afterwards);
        while (TimeProvider.System.GetElapsedTime(start) < time)
        {
            var fault = Choose(random, faults);
            _injected[fault.Name] = _injected.GetValueOrDefault(fault.Name) + 1;
            var began = TimeProvider.System.GetTimestamp();
            await fault.RunAsync();
            await load.UntilEndedAsync(afterwards);
            Say($"{TimeProvider.System.GetElapsedTime(start).TotalSeconds,4:0} s  {fault.Name}: over and recovered in "
                + $"{TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s; {load.Answered.Jobs.Count} jobs, {load.Answered.Calls.Count} calls answered");
        }
    }

    private static Fault Choose(Random random, Faults faults)
    {
        var node = random.Next(Cluster.NodeCount);
        var team = Cluster.Teams[random.Next(Cluster.Teams.Count)];
        var away = TimeSpan.FromSeconds(0.2 + (3 * random.NextDouble()));

        // Sometimes longer than a node's heartbeat in Redis lives.
        var still = away * random.Next(1, 4);
        Fault redis = random.Next(2) == 0
            ? new("Redis killed", () => faults.KillRedisAsync(away))
            : new("Redis halted", () => faults.HaltRedisAsync(away));
        return random.Next(10) switch
        {
            0 or 1 => new("node killed", () => faults.KillNodeAsync(node, away)),
            2 => new("node restarted", () => faults.RestartNodeAsync(node)),
            3 => new("node frozen", () => faults.FreezeNodeAsync(node, still)),
            4 => redis,
            5 => new("PostgreSQL restarted", () => faults.RestartPostgresAsync(away)),
            6 => new("PostgreSQL crashed", () => faults.CrashPostgresAsync(away)),
            7 => new("team suspended", () => faults.SuspendTeamAsync(team, node, away)),
            8 => new("node killed and " + redis.Name, () => Task.WhenAll(redis.RunAsync(), faults.KillNodeAsync(node, away))),
            _ => new("PostgreSQL crashed and " + redis.Name, () => Task.WhenAll(redis.RunAsync(), faults.CrashPostgresAsync(away))),
        };
    }

    /// <summary>At once, so that whoever watches sees how far it is.</summary>
    private static void Say(string line) => TestContext.Progress.WriteLine(line);

    private sealed record Fault(string Name, Func<Task> RunAsync);
}
