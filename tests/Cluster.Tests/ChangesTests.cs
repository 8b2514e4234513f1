using System.Net;

namespace SaasLlm.Cluster.Tests;

/// <summary>What an operator decides on one node holds on all of them within a second, busy as they are.</summary>
[Order(3)]
internal sealed class ChangesTests
{
    private static readonly TimeSpan ASecond = TimeSpan.FromSeconds(1);

    private static Cluster Cluster => ClusterSetUp.Cluster;

    private Load _load = null!;

    [OneTimeSetUp]
    public void StartLoad() => _load = Load.Start(Cluster, workers: 6, pace: TimeSpan.FromMilliseconds(50));

    [OneTimeTearDown]
    public async Task StopLoadAsync()
    {
        await _load.StopAsync();
        _load.Answered.AssertOnly(Outcome.NoCredits, Outcome.Limited);
    }

    [Test]
    public async Task SuspendTeam_OnAnyNode_HoldsEverywhereWithinASecond()
    {
        var team = await Cluster.CreateTeamAsync(credits: 10);
        var job = await Cluster.CreateJobAsync(team);
        var path = $"/api/teams/{team.TeamId}";
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < 6; round++)
        {
            var node = Cluster.Nodes[round % Cluster.NodeCount];
            await Cluster.UntilEverywhereAsync(team.Key, path, (int)HttpStatusCode.OK, ASecond);

            await node.MustPostAsync(Cluster.OperatorKey, path + "/suspend");
            var suspended = await Cluster.UntilEverywhereAsync(team.Key, path, (int)HttpStatusCode.Forbidden, ASecond);
            var calls = await Task.WhenAll(Cluster.Nodes.Select(each => each.CallAsync(team, job)));
            Assert.That(calls.Select(call => call.Outcome), Is.All.EqualTo(Outcome.Suspended));

            await node.MustPostAsync(Cluster.OperatorKey, path + "/resume");
            var resumed = await Cluster.UntilEverywhereAsync(team.Key, path, (int)HttpStatusCode.OK, ASecond);
            slowest = new[] { slowest, suspended, resumed }.Max();
        }

        TestContext.Out.WriteLine($"everywhere within {slowest.TotalMilliseconds:0} ms");
    }

    [Test]
    public async Task RevokeKey_OnAnyNode_HoldsEverywhereWithinASecond()
    {
        var team = await Cluster.CreateTeamAsync(credits: 10);
        var path = $"/api/teams/{team.TeamId}";
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < Cluster.NodeCount; round++)
        {
            var made = (await Cluster.Nodes[round].MustPostAsync(Cluster.OperatorKey, path + "/keys", new { name = $"key-{round}" })).Json;
            var key = made.GetProperty("virtual_key").GetString()!;
            await Cluster.UntilEverywhereAsync(key, path, (int)HttpStatusCode.OK, ASecond);

            var revoked = await Cluster.Nodes[round].DeleteAsync(Cluster.OperatorKey, $"{path}/keys/{made.GetProperty("key_id").GetString()}");
            Assert.That(revoked.Status, Is.EqualTo((int)HttpStatusCode.OK).Or.EqualTo((int)HttpStatusCode.NoContent), revoked.ToString());
            var gone = await Cluster.UntilEverywhereAsync(key, path, (int)HttpStatusCode.Unauthorized, ASecond);
            slowest = new[] { slowest, gone }.Max();
        }

        TestContext.Out.WriteLine($"everywhere within {slowest.TotalMilliseconds:0} ms");
    }
}
