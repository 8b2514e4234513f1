using Microsoft.Extensions.Options;
using Moq;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>Who is not limited does not pay for those who are.</summary>
internal sealed class UnlimitedCallerTests
{
    [Test]
    public void AcquireAsync_WithoutLimits_AsksNobodyAndAllocatesNothing()
    {
        // Strict: any question to them would throw.
        var redis = new Mock<IRedis>(MockBehavior.Strict).Object;
        var nodes = new Mock<INodeCount>(MockBehavior.Strict).Object;
        var metrics = new LimiterMetrics(Meters.Factory);
        using var local = new LocalLimits(TimeProvider.System, metrics);
        using var leases = new SharedLeases(redis, Options.Create(new RateLimitingOptions()), TimeProvider.System);
        var limiter = new RateLimiter(local, new SharedLimits(redis, leases, metrics, TimeProvider.System), nodes);
        Call(limiter);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
            Call(limiter);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(local.Count, Is.Zero);
    }

    /// <summary>All that a call does with its limits, from its admission to its end.</summary>
    private static void Call(RateLimiter limiter)
    {
        var acquiring = limiter.AcquireAsync(default, 100, CancellationToken.None);
        if (!acquiring.IsCompletedSuccessfully)
            throw new InvalidOperationException("It waits.");

        using var lease = acquiring.Result.Value;
        lease.TrueUp(120);
    }
}
