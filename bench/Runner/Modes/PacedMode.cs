using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>Many streams at once whose upstream speaks slowly: whatever holds an event back shows in its time.</summary>
internal sealed class PacedMode : IMode
{
    private const int Streams = 400;
    private const int Connections = 32;

    public string Name => "paced400";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        Subject[] subjects = [rig.Nginx, rig.Bare, rig.Service];
        foreach (var subject in subjects)
        {
            // Fast streams go the same way.
            var streams = await Calls.WriteAsync(subject, Route.Stream, rig.Tenant, rig.Jobs, rig.Folder, cancellationToken);
            await rig.WarmUp.RunAsync(streams, Route.Stream, Connections, cancellationToken);
            if (!options.Quick)
                await ListenAsync(subject, rig, options, cancellationToken);
        }

        return
        [
            await rounds.RunAsync(
                Name,
                $"{Streams} streams at once, an event each {DotNetServer.PaceMs} ms",
                subjects,
                (subject, _) => ListenAsync(subject, rig, options, cancellationToken),
                cancellationToken),
        ];
    }

    private static async Task<Load> ListenAsync(Subject subject, Rig rig, Options options, CancellationToken cancellationToken)
    {
        using var caller = new Caller(subject, rig.Tenant);
        var listeners = Enumerable.Range(0, Streams).Select(_ => new StreamListener(caller)).ToArray();
        var started = new bool[Streams];
        var load = await ClosedLoop.RunAsync(Streams, options.Seconds, ListenOnceAsync, cancellationToken);
        double[] events = [.. listeners.SelectMany(listener => listener.EventMs).Order()];
        double[] first = [.. listeners.SelectMany(listener => listener.FirstEventMs).Order()];
        return load with
        {
            FirstEventP50Ms = Percentile.Of(first, 0.5),
            EventP50Ms = Percentile.Of(events, 0.5),
            EventP99Ms = Percentile.Of(events, 0.99),
            LateEvents = events.Count(ms => ms >= DotNetServer.PaceMs),
        };

        async Task<bool> ListenOnceAsync(int worker, CancellationToken stop)
        {
            // Their first streams begin spread over one stream's length, or all events of all streams would come at once.
            if (!started[worker])
            {
                started[worker] = true;
                await Task.Delay(worker * DotNetServer.PacedEvents * DotNetServer.PaceMs / Streams, stop);
            }

            return await listeners[worker].ListenAsync(Route.Paced, rig.Jobs[worker % rig.Jobs.Count], timed: true, stop);
        }
    }
}
