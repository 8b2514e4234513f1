using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

internal sealed class LocalLimitsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly HandClock _clock = new();
    private LocalLimits _limits = null!;

    [SetUp]
    public void Start() => _limits = new LocalLimits(_clock, new LimiterMetrics(Meters.Factory));

    [TearDown]
    public void Stop() => _limits.Dispose();

    [Test]
    public void Requests_WithinAMinute_AreLimitedExactlyAndFreedOneByOne()
    {
        var team = Scopes.Team(rpm: 3);
        for (var request = 0; request < 3; request++)
        {
            Assert.That(Acquire(team).IsSuccess, Is.True);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        var refused = Acquire(team);
        Assert.That(refused.Error!.Kind, Is.EqualTo(ErrorKind.TooManyRequests));
        Assert.That(refused.Error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(30)), "the first of them leaves the window then");

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.That(Acquire(team).IsSuccess, Is.True);
        Assert.That(Acquire(team).IsSuccess, Is.False);
    }

    [Test]
    public void RefusedRequests_Always_UseNothingUp()
    {
        var team = Scopes.Team(rpm: 1, tpm: 100, parallel: 3, burst: 1);
        Acquire(team).Value.Dispose();
        for (var refused = 0; refused < 10; refused++)
            Assert.That(Acquire(team).IsSuccess, Is.False);

        _clock.Advance(Minute);
        Assert.That(Acquire(team).IsSuccess, Is.True);
    }

    [Test]
    public void Tokens_WhenTruedUp_CountAsTheyWereUsed()
    {
        var team = Scopes.Team(tpm: 100);
        var first = Acquire(team, tokens: 90).Value;
        Assert.That(Acquire(team, tokens: 20).IsSuccess, Is.False);

        first.TrueUp(50);
        Assert.That(Acquire(team, tokens: 50).IsSuccess, Is.True);
        Assert.That(Acquire(team, tokens: 1).Error!.RetryAfter, Is.EqualTo(Minute));
    }

    [Test]
    public void Tokens_WhenACallEndsAfterItsMinute_CountBeyondItsEstimateFromThenOn()
    {
        var team = Scopes.Team(tpm: 100);
        var stream = Acquire(team, tokens: 10).Value;
        _clock.Advance(TimeSpan.FromSeconds(90));

        stream.TrueUp(110);

        Assert.That(Acquire(team, tokens: 1).IsSuccess, Is.False);
        _clock.Advance(Minute);
        Assert.That(Acquire(team, tokens: 1).IsSuccess, Is.True);
    }

    [Test]
    public void Tokens_WhenOneRequestExceedsTheLimitAlone_PassAnEmptyWindow()
    {
        var team = Scopes.Team(tpm: 100);
        Assert.That(Acquire(team, tokens: 500).IsSuccess, Is.True);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(Acquire(team, tokens: 500).Error!.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(50)));
        Assert.That(Acquire(team, tokens: 1).IsSuccess, Is.False);
    }

    [Test]
    public void ParallelSlot_WhenDisposedTwice_IsFreedOnce()
    {
        var team = Scopes.Team(parallel: 2);
        var first = Acquire(team).Value;
        Acquire(team);
        first.Dispose();
        first.Dispose();
        first.GiveBack();

        Assert.That(Acquire(team).IsSuccess, Is.True);
        var refused = Acquire(team).Error!;
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(refused.Message, Is.EqualTo("Rate limit exceeded: 2 calls at the same time for this team."));
    }

    [Test]
    public void Burst_WithinAMinute_IsRefilledEvenly()
    {
        var team = Scopes.Team(rpm: 60, burst: 2);
        Assert.That(Acquire(team).IsSuccess, Is.True);
        Assert.That(Acquire(team).IsSuccess, Is.True);
        var refused = Acquire(team).Error!;
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(refused.Message, Is.EqualTo("Rate limit exceeded: 2 requests at once for this team."));
        Assert.That(refused.Limits!.Value.Requests, Is.EqualTo(new RateLeft(2, 0, UnixNow + 2)));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Acquire(team).IsSuccess, Is.True);
        Assert.That(Acquire(team).IsSuccess, Is.False);
    }

    [Test]
    public void Lease_WhenGivenBack_HasUsedNothing()
    {
        var team = Scopes.Team(rpm: 1, tpm: 10, parallel: 1, burst: 1);
        Acquire(team, tokens: 10).Value.GiveBack();

        Assert.That(Acquire(team, tokens: 10).IsSuccess, Is.True);
        Assert.That(Acquire(team, tokens: 0).IsSuccess, Is.False);
    }

    [Test]
    public void Scopes_WhenOneRefuses_AllKeepWhatTheyHave()
    {
        var scopes = new RateScopes(
            Scopes.Of(RateScopeKind.Organization, "org", rpm: 3, tpm: 30, parallel: 3),
            Scopes.Of(RateScopeKind.Team, "team", rpm: 3, burst: 3),
            Scopes.Of(RateScopeKind.Key, "key", rpm: 1));
        Acquire(scopes, 10);
        for (var call = 0; call < 5; call++)
            Assert.That(Acquire(scopes, 10).Error!.Message, Is.EqualTo("Rate limit exceeded: 1 requests a minute for this key."));

        var others = scopes with { Key = Scopes.Of(RateScopeKind.Key, "other", rpm: 10) };
        Assert.That(Acquire(others, 10).IsSuccess, Is.True);
        Assert.That(Acquire(others, 10).IsSuccess, Is.True);
        Assert.That(Acquire(others, 10).IsSuccess, Is.False);
    }

    [Test]
    public void RetryAfter_WhenSeveralLimitsRefuse_IsTheLongest()
    {
        var organization = Scopes.Of(RateScopeKind.Organization, "org", rpm: 1);
        Acquire(new RateScopes(organization, Scopes.Of(RateScopeKind.Team, "other", rpm: 9), null));
        _clock.Advance(TimeSpan.FromSeconds(20));
        Acquire(Scopes.Team(rpm: 1));

        var refused = Acquire(new RateScopes(organization, Scopes.Of(RateScopeKind.Team, "team", rpm: 1), null)).Error!;

        Assert.That(refused.RetryAfter, Is.EqualTo(Minute));
        Assert.That(refused.Message, Is.EqualTo("Rate limit exceeded: 1 requests a minute for this team."));
    }

    [Test]
    public void Status_OfSeveralScopes_IsOfTheTightest()
    {
        var scopes = new RateScopes(
            Scopes.Of(RateScopeKind.Organization, "org", rpm: 100, tpm: 50),
            Scopes.Of(RateScopeKind.Team, "team", rpm: 10),
            Scopes.Of(RateScopeKind.Key, "key", rpm: 20, tpm: 1000));

        Assert.That(Acquire(scopes, 30).Value.Status, Is.EqualTo(new RateStatus(new RateLeft(10, 9, UnixNow + 60), new RateLeft(50, 20, UnixNow + 60))));
    }

    [Test]
    public void Teams_Always_HaveWindowsOfTheirOwn()
    {
        Assert.That(Acquire(Scopes.Team(rpm: 1)).IsSuccess, Is.True);
        Assert.That(Acquire(Scopes.Team(rpm: 1, id: "other")).IsSuccess, Is.True);
        Assert.That(Acquire(new RateScopes(null, null, Scopes.Of(RateScopeKind.Key, "team", rpm: 1))).IsSuccess, Is.True);
    }

    [Test]
    public void Alone_AmongSeveralNodes_KeepsToItsPartAndForAMinuteAfterwards()
    {
        var team = Scopes.Team(rpm: 10);
        for (var call = 0; call < 4; call++)
            Assert.That(_limits.Acquire(team, 1, nodes: 3, Reach.Alone).IsSuccess, Is.True, "ten by three, rounded up");
        Assert.That(_limits.Acquire(team, 1, nodes: 3, Reach.Alone).IsSuccess, Is.False);
        Assert.That(_limits.Acquire(team, 1, nodes: 3, Reach.Together).IsSuccess, Is.False, "the others know of none of the four");

        _clock.Advance(Minute);
        for (var call = 0; call < 10; call++)
            Assert.That(_limits.Acquire(team, 1, nodes: 3, Reach.Together).IsSuccess, Is.True);
    }

    [Test]
    public void ForgetIdle_OnceNothingIsLeft_ForgetsTheScope()
    {
        var running = Acquire(Scopes.Team(parallel: 1, id: "running")).Value;
        Acquire(Scopes.Team(rpm: 60, burst: 60, id: "used")).Value.Dispose();
        _limits.ForgetIdle();
        Assert.That(_limits.Count, Is.EqualTo(2));

        _clock.Advance(Minute);
        _limits.ForgetIdle();
        Assert.That(_limits.Count, Is.EqualTo(1));

        running.Dispose();
        _limits.ForgetIdle();
        Assert.That(_limits.Count, Is.Zero);
    }

    [Test]
    public async Task Acquire_FromManyThreads_AdmitsExactlyTheLimit()
    {
        const int limit = 5_000;
        var scopes = new RateScopes(
            Scopes.Of(RateScopeKind.Organization, "org", rpm: limit), Scopes.Of(RateScopeKind.Team, "team", tpm: 1_000_000), Scopes.Of(RateScopeKind.Key, "key", parallel: 100_000));
        var admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var call = 0; call < 1_000; call++)
            {
                using var lease = Acquire(scopes) is { IsSuccess: true, Value: var taken } ? taken : null;
                if (lease is not null)
                    Interlocked.Increment(ref admitted);
                if (call % 100 == 0)
                    _limits.ForgetIdle();
            }
        })));

        Assert.That(admitted, Is.EqualTo(limit));
    }

    private long UnixNow => _clock.GetUtcNow().ToUnixTimeSeconds();

    private Result<RateLease> Acquire(RateScopes scopes, int tokens = 1) => _limits.Acquire(scopes, tokens, 1, Reach.Together);
}
