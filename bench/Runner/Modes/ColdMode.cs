using System.Diagnostics;
using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>The first calls of a process that has just started, each in a job that it does not know.</summary>
internal sealed class ColdMode : IMode
{
    private const int Calls = 100;

    public string Name => "cold";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        // The processes that are measured live only within their round, so nothing but times is taken of them.
        Subject[] subjects = [rig.Bare with { ProcessId = null, Allocations = null }, rig.Service with { ProcessId = null, Allocations = null }];
        await using var node = InProcessNode.Create(rig.Postgres.ConnectionString);
        return
        [
            await rounds.RunAsync(
                Name,
                $"a process just started: the first {Calls} calls one after the other, each in a new job",
                subjects,
                DriveAsync,
                cancellationToken),
        ];

        async Task<Load> DriveAsync(Subject subject, int round)
        {
            await using var server = subject.IsService
                ? await DotNetServer.StartServiceAsync(rig.Folder, rig.Postgres.ConnectionString, rig.OperatorKey, [], cancellationToken)
                : await rig.StartBareProxyAsync(cancellationToken);
            using var caller = new Caller(subject with { Address = server.Address }, rig.Tenant);
            return await CallAsync(caller, await node.CreateJobsAsync(rig.Tenant.TeamId, Calls, cancellationToken), cancellationToken);
        }
    }

    private static async Task<Load> CallAsync(Caller caller, string[] jobs, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var errors = 0;
        var start = Stopwatch.GetTimestamp();
        foreach (var job in jobs)
        {
            var began = Stopwatch.GetTimestamp();
            if (!await caller.CallAsync(Route.Plain, job, cancellationToken))
                errors++;
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] sorted = [.. times.Order()];
        return new Load
        {
            Requests = jobs.Length,
            Seconds = seconds,
            Errors = errors,
            P50Ms = Percentile.Of(sorted, 0.5),
            P99Ms = Percentile.Of(sorted, 0.99),
            FirstCallMs = times[0],
        };
    }
}
