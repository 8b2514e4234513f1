using SaasLlm.Application.Ports;
using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Bench.Modes;

/// <summary>What is written, against what pgbench writes on the same server.</summary>
internal sealed class DatabaseMode : IMode
{
    public const string Settlement = "settlement alone";
    public const string Creation = "job creations, one team";
    public const string WholeJobs = "whole jobs over HTTP, 32 at once";
    public const string ManyWholeJobs = "whole jobs over HTTP, 128 at once";

    /// <summary>Callers that wait for their records at the same time, as those of a thousand connections would.</summary>
    private const int Waiting = 500;
    private const int SettledJobs = 1_000;

    public string Name => "database";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        if (Pgbench.Find() is not { } program)
        {
            Output.Line("  left out: this machine has no pgbench");
            return [];
        }

        var pgbench = new Pgbench(program, rig.Postgres.ConnectionString);
        await pgbench.PrepareAsync(cancellationToken);
        await using var node = InProcessNode.Create(rig.Postgres.ConnectionString);
        var jobs = Array.ConvertAll(await node.CreateJobsAsync(rig.Tenant.TeamId, SettledJobs, cancellationToken), Guid.Parse);

        Subject[] subjects =
        [
            new(Subject.Pgbench, rig.Service.Address, null, null, IsService: true),
            new(Settlement, rig.Service.Address, Environment.ProcessId, null, IsService: true),
            new(Creation, rig.Service.Address, Environment.ProcessId, null, IsService: true),
            rig.Service with { Name = WholeJobs },
            rig.Service with { Name = ManyWholeJobs },
        ];
        if (!options.Quick)
        {
            Output.Line("  warming up");
            foreach (var subject in subjects)
                await DriveAsync(subject);
        }

        var result = await rounds.RunAsync(
            Name, $"transactions a second of pgbench (TPC-B-like, 8 clients, scale 10), and of what the service writes", subjects, (subject, _) => DriveAsync(subject), cancellationToken);
        return [result with { Reference = Subject.Pgbench }];

        Task<Load> DriveAsync(Subject subject) => subject.Name switch
        {
            Subject.Pgbench => pgbench.MeasureAsync(options.Seconds, cancellationToken),
            Settlement => ClosedLoop.RunAsync(Waiting, options.Seconds, (worker, stop) => SettleAsync(node, Call(jobs, worker, rig.Tenant.TeamId), stop), cancellationToken),
            Creation => ClosedLoop.RunAsync(Waiting, options.Seconds, async (_, stop) => (await node.Jobs.OpenAsync(InProcessNode.Opening(rig.Tenant.TeamId), stop)).IsSuccess, cancellationToken),
            _ => JobsMode.DriveAsync(subject, rig, subject.Name == ManyWholeJobs ? 128 : 32, options.Seconds, cancellationToken),
        };
    }

    private static async Task<bool> SettleAsync(InProcessNode node, CallRecord call, CancellationToken cancellationToken)
    {
        await node.Settlement.RecordAsync(call, cancellationToken);
        return true;
    }

    private static CallRecord Call(Guid[] jobs, int worker, string teamId) => new()
    {
        CallId = Guid.CreateVersion7(),
        JobId = jobs[worker % jobs.Length],
        TeamId = teamId,
        Purpose = "bench",
        ModelGroup = Route.Plain.Name,
        Succeeded = true,
        Streamed = false,
        Usage = new TokenUsage(64, 31),
        UsageSource = UsageSource.Upstream,
        CostUsd = 0.0000282m,
        LatencyMs = 500,
        Attempts = 1,
        FinishReason = "stop",
        RequestId = "00-bench",
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };
}
