using System.Collections.Concurrent;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>Cancellation sources with a timer, used again: a new one with its timer costs each attempt more than the rest of its bookkeeping.</summary>
internal sealed class CancellationSources(TimeProvider time)
{
    private const int MaxKept = 1024;

    private readonly ConcurrentQueue<CancellationTokenSource> _kept = new();
    private int _count;

    public CancellationTokenSource Rent()
    {
        if (!_kept.TryDequeue(out var source))
            return new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);

        Interlocked.Decrement(ref _count);
        return source;
    }

    /// <summary>Takes it back where it has not gone off and never will. Nobody may use its token any more.</summary>
    public void Return(CancellationTokenSource source)
    {
        if (!source.TryReset())
        {
            source.Dispose();
        }
        else if (Interlocked.Increment(ref _count) <= MaxKept)
        {
            _kept.Enqueue(source);
        }
        else
        {
            Interlocked.Decrement(ref _count);
            source.Dispose();
        }
    }
}
