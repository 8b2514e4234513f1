namespace SaasLlm.Cluster.Tests;

/// <summary>Time that has to pass, and things that have to become true within one.</summary>
internal static class Pause
{
    public static async Task ForAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }

    /// <exception cref="TimeoutException">It did not become true; the message says what.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string what)
    {
        using var deadline = new CancellationTokenSource(patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"{what}: not within {patience.TotalSeconds:0.#} s.");
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task UntilAsync(Func<bool> condition, TimeSpan patience, string what) =>
        UntilAsync(() => Task.FromResult(condition()), patience, what);
}
