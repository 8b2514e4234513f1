using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.RateLimiting;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

internal sealed class LocalRateLimiterTests
{
    private readonly HandClock _clock = new();
    private LocalRateLimiter _limiter = null!;

    [SetUp]
    public void Start() => _limiter = new LocalRateLimiter(_clock);

    [Test]
    public async Task Requests_WithinAMinute_AreLimitedExactlyAndFreedOneByOne()
    {
        var team = Team(rpm: 3);
        for (var request = 0; request < 3; request++)
        {
            Assert.That((await AcquireAsync(team)).IsSuccess, Is.True);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        var refused = await AcquireAsync(team);
        Assert.That(refused.Error!.Kind, Is.EqualTo(ErrorKind.TooManyRequests));
        Assert.That(refused.Error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(30)), "the first of them leaves the window then");

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.That((await AcquireAsync(team)).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(team)).IsSuccess, Is.False);
    }

    [Test]
    public async Task RefusedRequests_Always_UseNothingUp()
    {
        var team = Team(rpm: 1);
        await AcquireAsync(team);
        for (var refused = 0; refused < 10; refused++)
            Assert.That((await AcquireAsync(team)).IsSuccess, Is.False);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await AcquireAsync(team)).IsSuccess, Is.True);
    }

    [Test]
    public async Task Tokens_WhenTruedUp_CountAsTheyWereUsed()
    {
        var team = Team(tpm: 100);
        var first = (await AcquireAsync(team, tokens: 90)).Value;
        Assert.That((await AcquireAsync(team, tokens: 20)).IsSuccess, Is.False);

        first.TrueUp(50);
        Assert.That((await AcquireAsync(team, tokens: 50)).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(team, tokens: 1)).Error!.RetryAfter, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Tokens_WhenOneRequestExceedsTheLimitAlone_PassAnEmptyWindow()
    {
        var team = Team(tpm: 100);
        Assert.That((await AcquireAsync(team, tokens: 500)).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(team, tokens: 1)).IsSuccess, Is.False);
    }

    [Test]
    public async Task ParallelSlot_WhenDisposedTwice_IsFreedOnce()
    {
        var team = Team(parallel: 2);
        var first = (await AcquireAsync(team)).Value;
        await AcquireAsync(team);
        first.Dispose();
        first.Dispose();

        Assert.That((await AcquireAsync(team)).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(team)).IsSuccess, Is.False);
    }

    [Test]
    public async Task Lease_WhenGivenBack_HasUsedNothing()
    {
        var team = Team(rpm: 1, tpm: 10, parallel: 1);
        (await AcquireAsync(team, tokens: 10)).Value.GiveBack();

        Assert.That((await AcquireAsync(team, tokens: 10)).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(team, tokens: 0)).IsSuccess, Is.False);
    }

    [Test]
    public async Task Teams_Always_HaveWindowsOfTheirOwn()
    {
        Assert.That((await AcquireAsync(Team(rpm: 1))).IsSuccess, Is.True);
        Assert.That((await AcquireAsync(Team(rpm: 1) with { TeamId = "other" })).IsSuccess, Is.True);
    }

    private ValueTask<Result<IRateLease>> AcquireAsync(TeamAccess team, int tokens = 1) => _limiter.AcquireAsync(team, tokens, CancellationToken.None);

    private static TeamAccess Team(int? rpm = null, int? tpm = null, int? parallel = null) => new()
    {
        TeamId = "team",
        OrganizationId = "org",
        Status = TeamStatus.Active,
        OrganizationActive = true,
        ModelGroups = [],
        AccessGroups = [],
        RpmLimit = rpm,
        TpmLimit = tpm,
        MaxParallel = parallel,
    };

    private sealed class HandClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }
}
