namespace SaasLlm.Infrastructure.Caching;

/// <summary>
/// One value that is loaded whole, kept until it is dropped and loaded once however many ask at the same time. A load that began
/// before a drop and ends after it answers those who already waited for it, and is not kept.
/// </summary>
/// <param name="listener">While it does not listen, every read loads for itself; when it is back it drops what was kept before.</param>
internal sealed class InvalidatedValue<T>(IListenerState listener, Func<CancellationToken, Task<T>> load)
    where T : class
{
    private readonly Lock _gate = new();
    private volatile T? _value;
    private TaskCompletionSource<T>? _flight;

    /// <summary>The kept value, or the loaded one. A hit allocates nothing.</summary>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken)
    {
        if (!listener.IsListening)
            return new(load(cancellationToken));

        return _value is { } value ? new(value) : new(JoinAsync(cancellationToken));
    }

    public void Drop()
    {
        lock (_gate)
        {
            _value = null;

            // Who comes from now on must see the change: the running load is no longer theirs.
            _flight = null;
        }
    }

    private Task<T> JoinAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> flight;
        lock (_gate)
        {
            if (_value is { } value)
                return Task.FromResult(value);
            if (_flight is not null)
                return _flight.Task.WaitAsync(cancellationToken);

            _flight = flight = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = FlyAsync(flight);
        return flight.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Not under any caller's token: one who leaves must not fail the others.</summary>
    private async Task FlyAsync(TaskCompletionSource<T> flight)
    {
        try
        {
            var value = await load(CancellationToken.None);
            Land(flight, value);
            flight.SetResult(value);
        }
        catch (Exception exception)
        {
            Land(flight, null);
            flight.SetException(exception);
        }
    }

    private void Land(TaskCompletionSource<T> flight, T? value)
    {
        lock (_gate)
        {
            if (_flight != flight)
                return;

            _value = value;
            _flight = null;
        }
    }
}
