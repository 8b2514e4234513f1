using System.Net;

namespace SaasLlm.Cluster.Tests;

/// <summary>Takes a part of the cluster away for a while and brings it back. When one of these returns, the cluster is whole and says so.</summary>
internal sealed class Faults(Cluster cluster)
{
    private static readonly TimeSpan ASecond = TimeSpan.FromSeconds(1);

    /// <summary>All requests of the load are short.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    /// <summary>SIGKILL, and after the while a new process at the same address.</summary>
    public async Task KillNodeAsync(int node, TimeSpan away)
    {
        await cluster.KillNodeAsync(node);
        await Pause.ForAsync(away);
        await cluster.StartNodeAsync(node);
        await cluster.UntilReadyAsync();
    }

    /// <summary>SIGTERM: it finishes what it has begun.</summary>
    public async Task RestartNodeAsync(int node)
    {
        var start = TimeProvider.System.GetTimestamp();
        var exitCode = await cluster.TerminateNodeAsync(node);
        var took = TimeProvider.System.GetElapsedTime(start);
        await cluster.StartNodeAsync(node);
        await cluster.UntilReadyAsync();
        if (exitCode != 0 || took > LongestStop)
            throw new InvalidOperationException($"Node {node} was told to stop and ended with {exitCode} after {took.TotalSeconds:0.0} s.");
    }

    /// <summary>A node that stands still with all its connections and locks, as a paused machine does.</summary>
    public async Task FreezeNodeAsync(int node, TimeSpan still)
    {
        await cluster.FreezeNodeAsync(node);
        await Pause.ForAsync(still);
        await cluster.ThawNodeAsync(node);
        await cluster.UntilReadyAsync();
    }

    public async Task KillRedisAsync(TimeSpan away)
    {
        cluster.Redis.Kill();
        await Pause.ForAsync(away);
        await cluster.Redis.RestartAsync();
    }

    public async Task HaltRedisAsync(TimeSpan still)
    {
        await cluster.Redis.StopAnsweringAsync();
        await Pause.ForAsync(still);
        await cluster.Redis.ResumeAsync();
    }

    /// <summary>Orderly, as for an update.</summary>
    public async Task RestartPostgresAsync(TimeSpan away)
    {
        await cluster.Postgres.StopAsync();
        await Pause.ForAsync(away);
        await cluster.Postgres.StartAsync();
        await cluster.UntilReadyAsync();
    }

    public async Task CrashPostgresAsync(TimeSpan away)
    {
        await cluster.Postgres.CrashAsync();
        await Pause.ForAsync(away);
        await cluster.Postgres.StartAsync();
        await cluster.UntilReadyAsync();
    }

    /// <summary>Must hold on all nodes within a second, and so must its end.</summary>
    public async Task SuspendTeamAsync(Team team, int node, TimeSpan suspended)
    {
        var path = $"/api/teams/{team.TeamId}";
        await cluster.Nodes[node].MustPostAsync(Cluster.OperatorKey, path + "/suspend");
        await cluster.UntilEverywhereAsync(team.Key, path, (int)HttpStatusCode.Forbidden, ASecond);
        await Pause.ForAsync(suspended);
        await cluster.Nodes[node].MustPostAsync(Cluster.OperatorKey, path + "/resume");
        await cluster.UntilEverywhereAsync(team.Key, path, (int)HttpStatusCode.OK, ASecond);
    }
}
