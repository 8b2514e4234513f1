namespace SaasLlm.Cluster.Tests;

/// <summary>Every node sweeps for jobs whose time is over.</summary>
[Order(4)]
internal sealed class ExpiryTests
{
    private static Cluster Cluster => ClusterSetUp.Cluster;

    [Test]
    public async Task ExpireJobs_WhenThreeNodesSweepAndCallersEndThem_EndsEachOnce()
    {
        const int teamCount = 10;
        const int jobsPerTeam = 30;
        var teams = await Task.WhenAll(Enumerable.Range(0, teamCount).Select(_ => Cluster.CreateTeamAsync(credits: jobsPerTeam)));
        var jobs = await Task.WhenAll(teams.SelectMany(team => Enumerable.Range(0, jobsPerTeam)
            .Select(async _ => (Team: team, Job: await Cluster.CreateJobAsync(team, ttlSeconds: 1)))));

        // A tenth of them is ended by a caller, one by one until after the sweepers have come.
        var ended = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(80));
        foreach (var (team, job) in jobs.Where((_, index) => index % 10 == 0))
        {
            ended += (await Cluster.Front.PostAsync(team.Key, $"/api/jobs/{job}/complete", new { status = "completed" })).IsGood ? 1 : 0;
            await pace.WaitForNextTickAsync();
        }

        var ids = jobs.Select(job => job.Job).ToArray();
        await Pause.UntilAsync(
            async () => await Cluster.Books.CountJobsAsync(ids, "failed", "expired") == jobs.Length - ended, TimeSpan.FromSeconds(20), "All others expire");

        var releases = await Cluster.Books.TransfersAsync(ids, "release");
        var charges = await Cluster.Books.TransfersAsync(ids, "charge");
        TestContext.Out.WriteLine($"{releases.Count} of {jobs.Length} jobs expired, {charges.Count} were completed before");
        Assert.That(releases, Has.Count.EqualTo(jobs.Length - ended));
        Assert.That(charges, Has.Count.EqualTo(ended));
        Assert.That(releases.Values.Concat(charges.Values), Is.All.EqualTo(1));
        foreach (var team in teams)
        {
            var wallet = await Cluster.Books.WalletAsync(team.TeamId);
            Assert.That(wallet.Reserved, Is.Zero);
            Assert.That(wallet.Available, Is.EqualTo(jobsPerTeam - wallet.Used));
        }
    }
}
