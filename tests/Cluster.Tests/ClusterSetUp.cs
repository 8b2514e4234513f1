// Every test uses the one cluster, and some take parts of it away.
[assembly: NonParallelizable]

namespace SaasLlm.Cluster.Tests;

/// <summary>One cluster for all tests: to start it takes longer than most of them.</summary>
[SetUpFixture]
public sealed class ClusterSetUp
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);

    private static Cluster? _cluster;

    internal static Cluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not started.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await Cluster.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += StopInterrupted;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _cluster, null) is { } cluster)
            await cluster.DisposeAsync();
    }

    /// <summary>Ctrl-C in the midst of minutes: nobody tears down then, and PostgreSQL has a session of its own, which the signal does not reach.</summary>
    private void StopInterrupted(object? sender, EventArgs arguments)
    {
        using var stopped = new ManualResetEventSlim();
        _ = Task.Run(async () =>
        {
            try
            {
                await StopAsync();
            }
            finally
            {
                stopped.Set();
            }
        });
        stopped.Wait(LongestStop);
    }
}
