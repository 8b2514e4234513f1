using System.Net;

namespace SaasLlm.Cluster.Tests;

/// <summary>Many callers want the same credits of three nodes at once.</summary>
[Order(1)]
internal sealed class RacesTests
{
    private static Cluster Cluster => ClusterSetUp.Cluster;

    [Test]
    public async Task CreateJob_When300TeamsWantMoreThanTheyCanPay_AdmitsExactlyWhatCreditsPayFor()
    {
        const int more = 3;
        var before = await Cluster.Books.AvailableAsync();
        var requests = Cluster.Teams.SelectMany(team => Enumerable.Repeat(team, (int)before[team.TeamId] + more)).ToArray();
        Random.Shared.Shuffle(requests);

        var replies = new (Team Team, Reply Reply)[requests.Length];
        await Parallel.ForAsync(0, requests.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (index, _) =>
        {
            var team = requests[index];
            replies[index] = (team, await Cluster.Front.PostAsync(team.Key, "/api/jobs/create", new { team_id = team.TeamId, job_type = "race" }));
        });

        var admitted = replies.Where(reply => reply.Reply.IsGood).ToArray();
        var perTeam = admitted.CountBy(reply => reply.Team.TeamId).ToDictionary(count => count.Key, count => count.Value, StringComparer.Ordinal);
        Assert.That(perTeam, Has.Count.EqualTo(Cluster.Teams.Count));
        Assert.That(perTeam.Where(team => team.Value != before[team.Key]), Is.Empty, "teams that got more or fewer jobs than they can pay for");
        Assert.That(replies.Where(reply => !reply.Reply.IsGood).Select(reply => reply.Reply.Outcome), Is.All.EqualTo(Outcome.NoCredits));
        Assert.That((await Cluster.Books.AvailableAsync()).Where(wallet => wallet.Value < 0), Is.Empty, "teams below zero");
        Assert.That(Cluster.Teams.Select(team => team.TeamId).Except((await Cluster.Books.AvailableAsync()).Where(wallet => wallet.Value == 0).Select(wallet => wallet.Key)), Is.Empty);

        // Some of the jobs are ended, each by all nodes at once.
        var jobs = admitted.Where((_, index) => index % 4 == 0).Select(reply => (reply.Team, Job: reply.Reply.Json.GetProperty("job_id").GetGuid())).ToArray();
        await Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (job, _) => await EndEverywhereAsync(job.Team, job.Job));
        var charges = await Cluster.Books.TransfersAsync(jobs.Select(job => job.Job), "charge");
        Assert.That(charges, Has.Count.EqualTo(jobs.Length));
        Assert.That(charges.Values, Is.All.EqualTo(1), "charges of one job");
        await Cluster.Books.AssertVerifiedAsync();
        TestContext.Out.WriteLine($"{requests.Length} requests of {Cluster.Teams.Count} teams: {admitted.Length} admitted");
    }

    [Test]
    public async Task AddCredits_WhenAllNodesGetOneIdempotencyKey_AddsOnce()
    {
        var team = await Cluster.CreateTeamAsync(credits: 10);

        var replies = await Task.WhenAll(Enumerable.Range(0, 30).Select(index =>
            Cluster.Nodes[index % Cluster.NodeCount].PostAsync(Cluster.OperatorKey, $"/api/credits/teams/{team.TeamId}/add", new { credits = 5 }, "top-up-" + team.TeamId)));

        Assert.That(replies.Select(reply => reply.Status), Is.All.EqualTo((int)HttpStatusCode.OK));
        Assert.That(replies.Select(reply => reply.Json.GetProperty("transaction_id").GetString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That((await Cluster.Books.WalletAsync(team.TeamId)).Allocated, Is.EqualTo(15));
    }

    [Test]
    public async Task CreateJob_WhenAllNodesGetOneIdempotencyKey_MakesOneJob()
    {
        var team = await Cluster.CreateTeamAsync(credits: 10);

        var replies = await Task.WhenAll(Enumerable.Range(0, 30).Select(index => Cluster.Nodes[index % Cluster.NodeCount].PostAsync(
            team.Key, "/api/jobs/create", new { team_id = team.TeamId, job_type = "once" }, "the-one")));

        Assert.That(replies.Select(reply => reply.Status), Is.All.EqualTo((int)HttpStatusCode.OK), replies.FirstOrDefault(reply => !reply.IsGood)?.ToString());
        Assert.That(replies.Select(reply => reply.Json.GetProperty("job_id").GetString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That((await Cluster.Books.WalletAsync(team.TeamId)).Reserved, Is.EqualTo(1));
    }

    /// <summary>The first one ends it, and all give the same answer.</summary>
    private static async Task EndEverywhereAsync(Team team, Guid job)
    {
        var replies = await Task.WhenAll(Cluster.Nodes.Select(node => node.PostAsync(team.Key, $"/api/jobs/{job}/complete", new { status = "completed" })));
        if (replies.Select(reply => reply.Text).Distinct(StringComparer.Ordinal).Count() != 1 || !replies[0].IsGood)
            throw new InvalidOperationException($"Nodes differ about the end of job {job}: {string.Join(" | ", replies.AsEnumerable())}");
    }
}
