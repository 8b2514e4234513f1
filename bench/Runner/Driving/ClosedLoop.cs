using System.Diagnostics;
using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Driving;

/// <summary>Workers that do one thing after the other until the time is over.</summary>
internal static class ClosedLoop
{
    /// <param name="one">One piece of work of a worker; false: it failed.</param>
    /// <param name="pause">From the beginning of one to the beginning of the next; null: at once.</param>
    public static async Task<Load> RunAsync(
        int workers, int seconds, Func<int, CancellationToken, Task<bool>> one, CancellationToken cancellationToken, TimeSpan? pause = null)
    {
        var tallies = new Tally[workers];
        var running = new Task[workers];
        var start = Stopwatch.GetTimestamp();
        for (var worker = 0; worker < workers; worker++)
        {
            var tally = tallies[worker] = new Tally();
            var number = worker;
            // Paced ones begin spread over one pause, or all of their requests would always come at once.
            var delay = (pause ?? TimeSpan.Zero) * worker / workers;
            running[worker] = Task.Run(() => WorkAsync(tally, start, seconds, stop => one(number, stop), delay, pause, cancellationToken), cancellationToken);
        }

        await Task.WhenAll(running);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var times = tallies.SelectMany(tally => tally.Ms).ToArray();
        Array.Sort(times);
        return new Load
        {
            Requests = times.Length,
            Seconds = elapsed,
            Errors = tallies.Sum(tally => tally.Errors),
            P50Ms = Percentile.Of(times, 0.5),
            P99Ms = Percentile.Of(times, 0.99),
        };
    }

    private static async Task WorkAsync(
        Tally tally,
        long start,
        int seconds,
        Func<CancellationToken, Task<bool>> one,
        TimeSpan delay,
        TimeSpan? pause,
        CancellationToken cancellationToken)
    {
        await Task.Delay(delay, cancellationToken);
        using var timer = pause is { } period ? new PeriodicTimer(period) : null;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            if (timer is not null)
                await timer.WaitForNextTickAsync(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            if (await one(cancellationToken))
                tally.Ms.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            else
                tally.Errors++;
        }
    }

    private sealed class Tally
    {
        public List<double> Ms { get; } = [];

        public long Errors { get; set; }
    }
}
