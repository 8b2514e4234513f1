using SaasLlm.Testing;

namespace SaasLlm.Cluster.Tests;

/// <summary>A limit is the same whichever of the nodes is asked.</summary>
[Order(2)]
internal sealed class LimitsTests
{
    private static Cluster Cluster => ClusterSetUp.Cluster;

    [Test]
    public async Task RequestsPerMinute_WhenATeamHammersAllNodes_AdmitsTheLimitWithinOnePercent()
    {
        const int limit = 300;
        await Cluster.UntilReadyAsync();
        var team = await Cluster.CreateTeamAsync(credits: 10, rpmLimit: limit);
        var job = await Cluster.CreateJobAsync(team);

        var start = TimeProvider.System.GetTimestamp();
        var admitted = await HammerAsync(team, job, calls: 3 * limit);

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromMinutes(1)), "all within one window");
        TestContext.Out.WriteLine($"{admitted} of {3 * limit} calls admitted at a limit of {limit}");
        Assert.That(admitted, Is.InRange(limit - (limit / 100), limit));
    }

    [Test]
    public async Task ParallelCalls_WhenATeamAsksAllNodes_AreAsManyAsTheLimitSays()
    {
        const int limit = 12;
        await Cluster.UntilReadyAsync();
        var team = await Cluster.CreateTeamAsync(credits: 10, maxParallel: limit);
        var job = await Cluster.CreateJobAsync(team);
        var release = new TaskCompletionSource();
        Cluster.Held.Answer(UpstreamScript.GoodWhen(release.Task));

        var before = Cluster.Held.Received.Count;
        var calls = Enumerable.Range(0, 5 * limit).Select(_ => Cluster.Front.CallAsync(team, job, Cluster.HeldGroup)).ToArray();
        try
        {
            await Pause.UntilAsync(
                () => calls.Count(call => call.IsCompleted) + Cluster.Held.Received.Count - before == calls.Length, FakeUpstream.Patience, "All are refused or held");
        }
        finally
        {
            release.SetResult();
        }

        var replies = await Task.WhenAll(calls);
        Assert.That(replies.Count(reply => reply.IsGood), Is.EqualTo(limit));
        Assert.That(replies.Where(reply => !reply.IsGood).Select(reply => reply.Outcome), Is.All.EqualTo(Outcome.Limited));

        // Every slot comes back.
        await Pause.UntilAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, limit).Select(_ => Cluster.Front.CallAsync(team, job, Cluster.HeldGroup)))).All(reply => reply.IsGood),
            TimeSpan.FromSeconds(5),
            "As many calls pass again");
    }

    /// <summary>Nodes that each kept a part of a limit for themselves would admit less, and nodes that each kept all of it would admit more.</summary>
    internal static async Task AssertAreSharedAsync()
    {
        const int limit = 60;
        await Pause.UntilAsync(
            async () =>
            {
                var team = await Cluster.CreateTeamAsync(credits: 1, rpmLimit: limit);
                return await HammerAsync(team, await Cluster.CreateJobAsync(team), 3 * limit) == limit;
            },
            TimeSpan.FromSeconds(15),
            "The nodes share limits again");
    }

    /// <summary>Through nginx, from 24 callers at once; gives how many were admitted.</summary>
    private static async Task<int> HammerAsync(Team team, Guid job, int calls)
    {
        var admitted = 0;
        await Parallel.ForAsync(0, calls, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (_, _) =>
        {
            var reply = await Cluster.Front.CallAsync(team, job);
            if (reply.IsGood)
                Interlocked.Increment(ref admitted);
            else if (reply.Outcome != Outcome.Limited)
                throw new InvalidOperationException(reply.ToString());
        });
        return admitted;
    }

}
