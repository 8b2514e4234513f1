using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;

namespace SaasLlm.Bench.Modes;

/// <summary>Jobs from their creation over three calls to their completion; the bare proxy passes on the three calls.</summary>
internal sealed class JobsMode : IMode
{
    private const int Workers = 32;

    public string Name => "jobs";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        if (!options.Quick)
        {
            Output.Line("  warming up");
            await DriveAsync(rig.Bare, rig, Workers, options.Seconds, cancellationToken);
            await DriveAsync(rig.Service, rig, Workers, options.Seconds, cancellationToken);
        }

        return
        [
            await rounds.RunAsync(
                Name,
                $"whole jobs (create, three calls, complete), {Workers} at once; at the bare proxy the three calls",
                [rig.Bare, rig.Service],
                (subject, _) => DriveAsync(subject, rig, Workers, options.Seconds, cancellationToken),
                cancellationToken),
        ];
    }

    /// <param name="atOnce">Jobs that are under way at the same time.</param>
    public static async Task<Load> DriveAsync(Subject subject, Rig rig, int atOnce, int seconds, CancellationToken cancellationToken)
    {
        using var caller = new Caller(subject, rig.Tenant);
        return await ClosedLoop.RunAsync(atOnce, seconds, (_, stop) => caller.WholeJobAsync(stop), cancellationToken);
    }
}
