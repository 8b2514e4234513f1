using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>Each call is the first one of a job that another node has made: the service knows nothing of it yet.</summary>
internal sealed class FreshJobsMode : IMode
{
    private const int Connections = 32;

    /// <summary>More than a service on two cores can use up.</summary>
    private const int JobsASecond = 8_000;

    public string Name => "newjobs32";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        var bare = await Calls.WriteAsync(rig.Bare, Route.Plain, rig.Tenant, [], rig.Folder, cancellationToken);
        var warm = await Calls.WriteAsync(rig.Service, Route.Plain, rig.Tenant, rig.Jobs, rig.Folder, cancellationToken);
        await rig.WarmUp.RunAsync(bare, Route.Plain, Connections, cancellationToken);
        await rig.WarmUp.RunAsync(warm, Route.Plain, Connections, cancellationToken);

        // Rounds may be repeated; a repeated one must not meet jobs that are known by now.
        Output.Line("  creating jobs");
        await using var node = InProcessNode.Create(rig.Postgres.ConnectionString);
        var aRound = options.Seconds * JobsASecond;
        var jobs = new Queue<string[]>();
        for (var round = 0; round < options.Rounds; round++)
            jobs.Enqueue(await node.CreateJobsAsync(rig.Tenant.TeamId, aRound, cancellationToken));

        var result = await rounds.RunAsync(Name, "plain calls, 32 connections, each call the first of its job", [rig.Bare, rig.Service], DriveAsync, cancellationToken);
        return [result];

        async Task<Load> DriveAsync(Subject subject, int round)
        {
            if (!subject.IsService)
                return await Wrk.RunAsync(bare, Connections, options.Seconds, cancellationToken);

            var unknown = jobs.Count > 0 ? jobs.Dequeue() : await node.CreateJobsAsync(rig.Tenant.TeamId, aRound, cancellationToken);
            var calls = await Calls.WriteAsync(subject, Route.Plain, rig.Tenant, unknown, rig.Folder, cancellationToken);
            var load = await Wrk.RunAsync(calls, Connections, options.Seconds, cancellationToken);
            if (load.Requests > aRound)
                Output.Line($"  {load.Requests - aRound} of {load.Requests} calls were second ones of their jobs");
            return load;
        }
    }
}
