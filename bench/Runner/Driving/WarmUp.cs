using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Driving;

/// <summary>.NET compiles what is used much a second time, with what it has learnt: no figure is taken before that is over.</summary>
internal sealed class WarmUp(Options options)
{
    private const int LeastConnections = 32;

    /// <summary>What a second kind of call still needs: most of the way is the same.</summary>
    private const double FurtherRoute = 0.2;

    private readonly HashSet<(Subject Subject, Route Route)> _warm = [];

    public async Task RunAsync(Calls calls, Route route, int connections, CancellationToken cancellationToken)
    {
        if (calls.Subject.Allocations is null || _warm.Contains((calls.Subject, route)))
            return;

        var first = !_warm.Any(key => key.Subject == calls.Subject);
        var needed = first ? options.WarmUp : (long)(options.WarmUp * FurtherRoute);
        var served = 0L;
        Output.Line($"  warming up {calls.Subject.Name}, {route.Name}");
        while (served < needed)
        {
            var load = await Wrk.RunAsync(calls, Math.Max(LeastConnections, connections), Math.Min(5, options.Seconds), cancellationToken);
            if (load.Requests == 0 || load.Errors > load.Requests / 100)
                throw new InvalidOperationException($"{calls.Subject.Name} fails: {load.Requests} answers, {load.Errors} errors.");
            served += load.Requests;
        }

        _warm.Add((calls.Subject, route));
    }
}
