using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>Streams, as fast as they go for their cost, and without haste for the time to their first event.</summary>
internal sealed class StreamMode : IMode
{
    public const string FirstEvent = "first-event";
    private const int Connections = 32;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public string Name => "stream32";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        var streams = await new WrkMode(Name, "streams of 14 events, 32 connections", Route.Stream, Connections).RunAsync(rig, options, rounds, cancellationToken);
        var first = await rounds.RunAsync(
            FirstEvent,
            $"time to the first event, 32 connections with a stream each {Pause.TotalMilliseconds:0} ms",
            [rig.Nginx, rig.Bare, rig.Service],
            (subject, _) => ListenAsync(subject, rig, options, cancellationToken),
            cancellationToken);
        return [.. streams, first];
    }

    private static async Task<Load> ListenAsync(Subject subject, Rig rig, Options options, CancellationToken cancellationToken)
    {
        using var caller = new Caller(subject, rig.Tenant);
        var listeners = Enumerable.Range(0, Connections).Select(_ => new StreamListener(caller)).ToArray();
        var load = await ClosedLoop.RunAsync(
            Connections,
            options.Seconds,
            (worker, stop) => listeners[worker].ListenAsync(Route.Stream, rig.Jobs[worker], timed: false, stop),
            cancellationToken,
            Pause);
        double[] first = [.. listeners.SelectMany(listener => listener.FirstEventMs).Order()];
        return load with { FirstEventP50Ms = Percentile.Of(first, 0.5) };
    }
}
