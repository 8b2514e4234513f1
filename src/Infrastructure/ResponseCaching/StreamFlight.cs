using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// One stream of an upstream and all who read it: the leader, whose call it is, and followers who asked the same. Whoever needs the
/// next event first fetches it for all, so nobody waits for a reader that is slow; while anybody reads, the upstream goes on.
/// </summary>
/// <param name="maxKeptBytes">A longer answer is not kept and takes no more followers.</param>
[SuppressMessage("Design", "CA1001", Justification = "The token source has neither timer nor handle, and followers may look at it after the leader has gone.")]
internal sealed class StreamFlight(int maxKeptBytes) : Flight<StreamFlight>
{
    /// <summary>How far a reader of an answer that is too long to be kept may lag behind the fastest one.</summary>
    private const int MinLagBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly List<byte[]?> _events = [];
    private GatewayStream? _upstream;
    private Action<IReadOnlyList<byte[]>?>? _onEnd;
    private TaskCompletionSource? _turn;
    private Exception? _failure;
    private int _first;
    private long _bytes;
    private int _followers;
    private bool _leaderHasLeft;
    private bool _isTooLarge;
    private bool _isClosed;
    private bool _hasEnded;

    /// <summary>Cancelled when nobody reads any more.</summary>
    public CancellationToken Abandoned => _abandon.Token;

    /// <summary>True after an end of the upstream's own making.</summary>
    public bool HasEndedWell => _hasEnded && _failure is null && _upstream!.Fault is null;

    /// <summary>The stream has begun.</summary>
    /// <param name="onEnd">Told once, at the end, all events; null where the stream is not worth keeping.</param>
    public void Begin(GatewayStream upstream, Action<IReadOnlyList<byte[]>?> onEnd)
    {
        _upstream = upstream;
        _onEnd = onEnd;
    }

    /// <summary>False where it is too late; else the follower must leave in the end.</summary>
    public bool TryJoin()
    {
        lock (_gate)
        {
            if (!_isClosed)
                _followers++;
            return !_isClosed;
        }
    }

    /// <summary>Whether there is a stream; null where the follower's own caller has left before that was known.</summary>
    public async ValueTask<Landing?> StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Landed.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A follower leaves; the last one takes the upstream along where the leader has left too.</summary>
    public void Leave() => Depart(static flight => flight._followers--);

    /// <summary>The leader's caller has left; harmless when repeated.</summary>
    public void LeaderLeaves() => Depart(static flight => flight._leaderHasLeft = true);

    /// <summary>The event at this place; null at the end, with the fault that made it.</summary>
    public async ValueTask<(byte[]? Event, Error? Fault)> ReadAsync(int index, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await AdvanceAsync(index, cancellationToken);
        lock (_gate)
        {
            if (index < _first)
                return (null, LlmErrors.StreamBroken());
            if (index < _events.Count)
                return (_events[index], null);
        }

        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return (null, _upstream!.Fault);
    }

    /// <summary>The leader is done: ends the upstream, at once where nobody else reads, else when it has come to its end for the others.</summary>
    public async ValueTask CloseAsync()
    {
        LeaderLeaves();
        while (!Volatile.Read(ref _hasEnded))
            await AdvanceAsync(CountEvents(), CancellationToken.None);
        await _upstream!.DisposeAsync();
    }

    protected override StreamFlight MakeNext() => new(maxKeptBytes);

    private int CountEvents()
    {
        lock (_gate)
            return _events.Count;
    }

    private void Depart(Action<StreamFlight> who)
    {
        lock (_gate)
        {
            who(this);
            if (_followers > 0 || !_leaderHasLeft || _hasEnded)
                return;

            _isClosed = true;
        }

        _abandon.Cancel();
    }

    /// <summary>Waits until there is an event at this place, or the end.</summary>
    private async ValueTask AdvanceAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource turn;
            var mine = false;
            lock (_gate)
            {
                if (index < _events.Count || _hasEnded)
                    return;

                if (_turn is null)
                {
                    _turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    mine = true;
                }

                turn = _turn;
            }

            // Goes on where this reader leaves: it fetches for all of them.
            if (mine)
                _ = FetchAsync(turn);
            await turn.Task.WaitAsync(cancellationToken);
        }
    }

    private async Task FetchAsync(TaskCompletionSource turn)
    {
        byte[]? next = null;
        Exception? failure = null;
        try
        {
            next = (await _upstream!.ReadAsync(_abandon.Token))?.ToArray();
        }
        catch (Exception exception)
        {
            // Given up, or a bug: each reader gets it.
            failure = exception;
        }

        byte[][]? whole = null;
        lock (_gate)
        {
            _turn = null;
            if (next is not null)
            {
                Add(next);
            }
            else
            {
                _failure = failure;
                _hasEnded = true;
                if (!_isTooLarge && failure is null && _upstream!.Fault is null)
                    whole = [.. _events!];
            }
        }

        if (next is null)
            _onEnd!(whole);
        turn.SetResult();
    }

    private void Add(byte[] next)
    {
        _events.Add(next);
        _bytes += next.Length;
        if (_bytes > maxKeptBytes)
            _isTooLarge = _isClosed = true;
        if (!_isTooLarge)
            return;

        var lag = Math.Max(maxKeptBytes, MinLagBytes);
        while (_bytes > lag && _first < _events.Count - 1)
        {
            _bytes -= _events[_first]!.Length;
            _events[_first++] = null;
        }
    }
}
