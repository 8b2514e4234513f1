using System.Threading.Channels;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// One writer that takes everything that has queued and commits it together. There is no timer: while one batch commits the
/// next one gathers, so an idle service commits at once and a busy one commits in hundreds.
/// </summary>
/// <typeparam name="TItem">Work that knows how to tell its own waiter.</typeparam>
internal abstract class GroupCommit<TItem> : IAsyncDisposable
    where TItem : GroupCommitItem
{
    /// <summary>Most items that one transaction takes: bounds its locks, its memory and the time that the first item waits.</summary>
    private const int MaxBatch = 500;

    /// <summary>How long a stopping service still waits for a database that is away.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Channel<TItem> _queue = Channel.CreateUnbounded<TItem>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly List<TItem> _batch = new(MaxBatch);

    /// <summary>What was taken from the channel during an outage, to look how long it has waited; written before anything newer.</summary>
    private readonly Queue<TItem> _waiting = new();
    private readonly SettlementMetrics _metrics;
    private readonly string _name;
    private readonly Task _writer;
    private int _queued;

    /// <param name="name">Names the writer in metrics.</param>
    protected GroupCommit(SettlementMetrics metrics, string name)
    {
        _metrics = metrics;
        _name = name;
        metrics.Watch(name, () => Queued);

        // Not within the trace of the request that was the first to need this writer: it serves all of them.
        using (ExecutionContext.SuppressFlow())
            _writer = Task.Run(RunAsync);
    }

    /// <summary>Items that wait or are being written.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Cancelled where the service stops and the database did not come back in time.</summary>
    protected CancellationToken GivenUp => _giveUp.Token;

    /// <summary>Finishes what has queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _giveUp.CancelAfter(LongestStop);
        await _writer;
        await ReleaseAsync();
        _giveUp.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Enqueue(TItem item)
    {
        Interlocked.Increment(ref _queued);
        if (!_queue.Writer.TryWrite(item))
        {
            Interlocked.Decrement(ref _queued);
            throw new ObjectDisposedException(GetType().Name, "The service is stopping.");
        }
    }

    /// <summary>Writes and commits all of it, or throws and has written nothing; on return every item has its outcome, not yet published.</summary>
    protected abstract Task WriteAsync(IReadOnlyList<TItem> batch);

    /// <summary>Called once, after the last batch.</summary>
    protected virtual ValueTask ReleaseAsync() => ValueTask.CompletedTask;

    /// <summary>True: the same batch is tried again after a pause. False: the items fail with the exception.</summary>
    protected virtual Task<bool> ShouldRetryAsync(Exception exception) => Task.FromResult(false);

    /// <summary>
    /// Tells those that have waited too long that they wait in vain; their work stays queued and is written later. Called by
    /// the writer while it retries, so that the common case needs no timer for each item.
    /// </summary>
    protected void LetGo(Func<TItem, bool> tooLong, Func<Exception> reason)
    {
        while (_queue.Reader.TryRead(out var item))
            _waiting.Enqueue(item);

        foreach (var item in _batch.Concat(_waiting).Where(tooLong))
            item.Fail(reason());
    }

    private async Task RunAsync()
    {
        while (_waiting.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            while (_batch.Count < MaxBatch && (_waiting.TryDequeue(out var item) || _queue.Reader.TryRead(out item)))
                _batch.Add(item);

            await WriteOrIsolateAsync(_batch);
            Interlocked.Add(ref _queued, -_batch.Count);
            _batch.Clear();
        }
    }

    private async Task WriteOrIsolateAsync(List<TItem> batch)
    {
        while (true)
        {
            try
            {
                var began = _metrics.Begin();
                await WriteAsync(batch);
                foreach (var item in batch)
                    item.Publish();
                _metrics.Committed(_name, batch.Count, began);
                return;
            }
            catch (Exception exception)
            {
                if (await ShouldRetryAsync(exception))
                    continue;

                // An outage is nobody's poison: going on one by one would only make all of them wait for it in turn.
                if (batch.Count == 1 || DatabaseOutage.Is(exception))
                {
                    foreach (var item in batch)
                        item.Fail(exception);
                    return;
                }
            }

            // One of them is poisoned: each goes alone, so that only that one fails.
            foreach (var item in batch)
                await WriteOrIsolateAsync([item]);
            return;
        }
    }
}

/// <summary>Work for a <see cref="GroupCommit{TItem}"/>: somebody waits for it.</summary>
internal abstract class GroupCommitItem
{
    /// <summary>Tells the waiter the outcome, after the commit.</summary>
    public abstract void Publish();

    public abstract void Fail(Exception exception);
}

/// <summary>Work whose waiter gets a result.</summary>
internal abstract class GroupCommitItem<TOutcome> : GroupCommitItem
{
    private readonly TaskCompletionSource<TOutcome> _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TOutcome> Task => _waiter.Task;

    /// <summary>Set by the writer; published only when its transaction has committed.</summary>
    public TOutcome? Outcome { get; set; }

    public override void Publish() => _waiter.TrySetResult(Outcome!);

    public override void Fail(Exception exception) => _waiter.TrySetException(exception);
}
