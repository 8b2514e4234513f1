using System.Diagnostics;

namespace SaasLlm.Bench.Driving;

/// <summary>Sends at a fixed rate, whether or not answers come: what is late shows in its time, not in a lower rate.</summary>
internal sealed class OpenLoop(double aSecond, Func<long, CancellationToken, Task<bool>> one)
{
    /// <summary>A server that has stopped answering must not fill this process's memory.</summary>
    private const int MostAtOnce = 2_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private long _answered;
    private long _failed;
    private int _running;

    public long Answered => Volatile.Read(ref _answered);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Requests that were not sent, because too many were waiting.</summary>
    public long Dropped { get; private set; }

    public async Task RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick);
        var start = Stopwatch.GetTimestamp();
        var sent = 0L;
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            for (var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * aSecond); sent < due; sent++)
            {
                if (Volatile.Read(ref _running) < MostAtOnce)
                    _ = SendAsync(sent, cancellationToken);
                else
                    Dropped++;
            }
        }

        while (Volatile.Read(ref _running) > 0)
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    private async Task SendAsync(long number, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            Interlocked.Increment(ref await one(number, cancellationToken) ? ref _answered : ref _failed);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            Interlocked.Increment(ref _failed);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
