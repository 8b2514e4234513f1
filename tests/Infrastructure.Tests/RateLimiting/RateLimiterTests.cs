using System.Diagnostics;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>Two nodes on one real Redis, which comes and goes.</summary>
[NonParallelizable]
internal sealed class RateLimiterTests
{
    private TestRedis _server = null!;
    private LimitsNode _first = null!;
    private LimitsNode _second = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await TestRedis.StartAsync();
        _first = await LimitsNode.StartAsync(_server);
        _second = await LimitsNode.StartAsync(_server);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task AcquireAsync_WithoutLimits_AsksNobody()
    {
        _server.Kill();

        var lease = await _first.AcquireAsync(default);

        Assert.That(lease.Value.Status, Is.EqualTo(default(RateStatus)));
        Assert.That((await _first.AcquireAsync(default)).Value, Is.SameAs(lease.Value));
    }

    [TestCase(50)]
    [TestCase(1500, Description = "entries are shared")]
    public async Task Requests_OfTwoNodes_ShareOneLimitExactly(int limit)
    {
        var scopes = new RateScopes(Scopes.Of(RateScopeKind.Organization, "org", rpm: limit), Scopes.Of(RateScopeKind.Team, "team", tpm: 1_000_000), null);

        // Each takes one before they race: the faster one may leave nothing.
        var ahead = await _first.AdmittedAsync(scopes, 1) + await _second.AdmittedAsync(scopes, 1);
        Assert.That(ahead, Is.EqualTo(2));

        var admitted = await Task.WhenAll(_first.AdmittedAsync(scopes, limit), _second.AdmittedAsync(scopes, limit));

        Assert.That(ahead + admitted.Sum(), Is.EqualTo(limit));
    }

    [Test]
    public async Task Scopes_WhenOneRefuses_AllKeepWhatTheyHave()
    {
        var organization = Scopes.Of(RateScopeKind.Organization, "org", rpm: 3, tpm: 30, parallel: 3);
        var scopes = new RateScopes(organization, Scopes.Of(RateScopeKind.Team, "team", rpm: 3, burst: 3), Scopes.Of(RateScopeKind.Key, "key", rpm: 1));
        await _first.AcquireAsync(scopes, 10);
        for (var call = 0; call < 5; call++)
        {
            var refused = (await _second.AcquireAsync(scopes, 10)).Error!;
            Assert.That(refused.Message, Is.EqualTo("Rate limit exceeded: 1 requests a minute for this key."));
            Assert.That(refused.RetryAfter, Is.InRange(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60)));
            Assert.That(refused.Limits!.Value.Requests, Has.Property(nameof(RateLeft.Limit)).EqualTo(1).And.Property(nameof(RateLeft.Remaining)).EqualTo(0));
        }

        var others = scopes with { Key = Scopes.Of(RateScopeKind.Key, "other", rpm: 10) };
        Assert.That(await _first.AdmittedAsync(others, 5, tokens: 10), Is.EqualTo(2));
    }

    [Test]
    public async Task Tokens_WhenTruedUpOnOneNode_AreFreeOnTheOther()
    {
        var team = Scopes.Team(tpm: 100);
        var lease = (await _first.AcquireAsync(team, 90)).Value;
        Assert.That(await _second.WouldPassAsync(team, 60), Is.False);

        lease.TrueUp(30);
        lease.Dispose();

        await LimitsNode.UntilAsync(() => _second.WouldPassAsync(team, 60));
        Assert.That(await _second.WouldPassAsync(team, 71), Is.False);
    }

    [Test]
    public async Task ParallelSlot_WhenItsCallEnds_IsFreeOnTheOtherNode()
    {
        var team = Scopes.Team(parallel: 1);
        var lease = (await _first.AcquireAsync(team)).Value;
        var refused = (await _second.AcquireAsync(team)).Error!;
        Assert.That(refused.Message, Is.EqualTo("Rate limit exceeded: 1 calls at the same time for this team."));
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));

        lease.Dispose();
        lease.Dispose();

        await LimitsNode.UntilAsync(() => _second.WouldPassAsync(team));
    }

    [Test]
    public async Task Lease_WhenGivenBackOnOneNode_HasUsedNothing()
    {
        var team = Scopes.Team(rpm: 1, tpm: 10, parallel: 1, burst: 1);

        (await _first.AcquireAsync(team, 10)).Value.GiveBack();

        await LimitsNode.UntilAsync(async () => (await _second.AcquireAsync(team, 10)).IsSuccess);
        Assert.That((await _first.AcquireAsync(team, 0)).IsSuccess, Is.False);
    }

    [Test]
    public async Task Burst_OfTwoNodes_IsOneBucket()
    {
        var team = Scopes.Team(rpm: 60, burst: 4);

        var admitted = await Task.WhenAll(_first.AdmittedAsync(team, 4), _second.AdmittedAsync(team, 4));

        Assert.That(admitted.Sum(), Is.InRange(4, 5), "one may have been refilled within a second");
        Assert.That((await _first.AcquireAsync(team)).Error!.RetryAfter, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Status_OfTwoNodes_CountsBoth()
    {
        var team = Scopes.Team(rpm: 10, tpm: 1000);
        await _first.AcquireAsync(team, 100);

        var status = (await _second.AcquireAsync(team, 200)).Value.Status;

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.That((status.Requests.Limit, status.Requests.Remaining), Is.EqualTo((10, 8)));
        Assert.That((status.Tokens.Limit, status.Tokens.Remaining), Is.EqualTo((1000, 700)));
        Assert.That(status.Requests.ResetAt, Is.InRange(now + 50, now + 61));
    }

    [Test]
    public async Task Keys_AfterAnythingThatHappens_HaveATimeToLive()
    {
        var scopes = new RateScopes(
            Scopes.Of(RateScopeKind.Organization, "org", rpm: 100, tpm: 1000, parallel: 100, burst: 100),
            Scopes.Of(RateScopeKind.Team, "team", rpm: 3, parallel: 3),
            Scopes.Of(RateScopeKind.Key, "key", tpm: 50));
        (await _first.AcquireAsync(scopes, 10)).Value.GiveBack();
        var lease = (await _first.AcquireAsync(scopes, 10)).Value;
        lease.TrueUp(20);
        lease.Dispose();
        await _first.AcquireAsync(scopes, 10);
        await _first.AdmittedAsync(scopes, 5, tokens: 10);

        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString);
        var database = multiplexer.GetDatabase();
        var keys = await database.KeysAsync();
        Assert.That(keys, Has.Length.EqualTo(5), "three logs, two sets of running calls");
        foreach (var key in keys)
        {
            Assert.That(await database.KeyTimeToLiveAsync(key), Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(62)), key);
            Assert.That(key, Does.Contain("{org}"));
        }
    }

    [Test]
    public async Task ParallelSlots_OfANodeThatDied_ComeBackAndThoseOfOneThatLivesStay()
    {
        var team = Scopes.Team(parallel: 2);
        await using var alive = await LimitsNode.StartAsync(_server, slotLifetimeSeconds: 1);
        var died = await LimitsNode.StartAsync(_server, slotLifetimeSeconds: 1);
        var lease = (await alive.AcquireAsync(team)).Value;
        Assert.That((await died.AcquireAsync(team)).IsSuccess, Is.True);
        Assert.That((await _first.AcquireAsync(team)).IsSuccess, Is.False);

        await died.DisposeAsync();

        var second = default(Result<Application.Ports.IRateLease>);
        await LimitsNode.UntilAsync(async () => (second = await _first.AcquireAsync(team)).IsSuccess);
        var watched = Stopwatch.StartNew();
        await LimitsNode.UntilAsync(async () =>
        {
            Assert.That((await _first.AcquireAsync(team)).IsSuccess, Is.False, "its call still runs");
            return watched.Elapsed > TimeSpan.FromSeconds(3);
        });
        lease.Dispose();
        await LimitsNode.UntilAsync(() => _first.WouldPassAsync(team));
    }

    [Test]
    public async Task AcquireAsync_WhenRedisHangs_GoesOnAloneWithinTheTimeOutAndComesBack()
    {
        await using var node = await LimitsNode.StartAsync(_server, nodes: 2, timeoutMs: 20);
        var team = Scopes.Team(rpm: 10, parallel: 10);
        Assert.That(await CallAsync(node, team), Is.True);
        await LimitsNode.UntilAsync(async () => await SlotsAsync(node) == 0);

        await _server.StopAnsweringAsync();
        var admitted = 0;
        for (var call = 0; call < 12; call++)
        {
            var waited = Stopwatch.StartNew();
            if ((await node.AcquireAsync(team)) is { IsSuccess: true, Value: var lease })
            {
                admitted++;
                lease.Dispose();
            }

            Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromMilliseconds(500)), "20 ms and a busy machine");
        }

        Assert.That(admitted, Is.EqualTo(4), "half of ten, one of which was used before");
        await _server.ResumeAsync();
        await LimitsNode.UntilAsync(async () => (await node.Redis.AskAsync(static (database, _) => database.PingAsync(), 0)).Answered);

        // What Redis did late agrees with what the node did: five were admitted, no slot is held, five are left for the other.
        await LimitsNode.UntilAsync(async () => await SlotsAsync(node) == 0);
        Assert.That(await _second.AdmittedAsync(team, 12), Is.EqualTo(5));
    }

    [Test]
    public async Task AcquireAsync_WhenRedisIsKilledAndStartedAgain_GivesNoSecondMinute()
    {
        var team = Scopes.Team(rpm: 20);
        var before = await Task.WhenAll(_first.AdmittedAsync(team, 8), _second.AdmittedAsync(team, 8));
        Assert.That(before.Sum(), Is.EqualTo(16));

        _server.Kill();
        await LimitsNode.UntilAsync(() => ValueTask.FromResult(!_first.Redis.IsAvailable && !_second.Redis.IsAvailable));
        var alone = await Task.WhenAll(_first.AdmittedAsync(team, 20), _second.AdmittedAsync(team, 20));
        Assert.That(alone, Is.EqualTo(new[] { 2, 2 }), "half of twenty each, eight of which were used before");

        await _server.RestartAsync();
        await LimitsNode.UntilAsync(() => ValueTask.FromResult(_first.Redis.IsAvailable && _second.Redis.IsAvailable));
        var after = await Task.WhenAll(_first.AdmittedAsync(team, 20), _second.AdmittedAsync(team, 20));
        Assert.That(after.Sum(), Is.Zero);

        var fresh = Scopes.Team(rpm: 20, id: "fresh");
        var together = await Task.WhenAll(_first.AdmittedAsync(fresh, 20), _second.AdmittedAsync(fresh, 20));
        Assert.That(together.Sum(), Is.EqualTo(20), "Redis, empty and without its scripts, is used again by itself");
    }

    private static async Task<bool> CallAsync(LimitsNode node, RateScopes scopes)
    {
        var lease = await node.AcquireAsync(scopes);
        lease.Value.Dispose();
        return lease.IsSuccess;
    }

    private static async Task<long> SlotsAsync(LimitsNode node) =>
        (await node.Redis.AskAsync(static (database, _) => database.SortedSetLengthAsync("saasllm:limits:{org}:team:team:running"), 0)) is { Answered: true, Value: var slots } ? slots : -1;
}
