// Every test uses the one cluster, and some take parts of it away.
[assembly: NonParallelizable]

namespace SaasLlm.Cluster.Tests;

/// <summary>One cluster for all tests: to start it takes longer than most of them.</summary>
[SetUpFixture]
public sealed class ClusterSetUp
{
    private static Cluster? _cluster;

    internal static Cluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not started.");

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
