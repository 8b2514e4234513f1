namespace SaasLlm.Testing;

/// <summary>For what comes true by itself.</summary>
public static class Eventually
{
    /// <exception cref="TimeoutException">It has not come true within <see cref="FakeUpstream.Patience"/>.</exception>
    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!await condition())
                await poll.WaitForNextTickAsync(deadline.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("It has not come true.", exception);
        }
    }
}
