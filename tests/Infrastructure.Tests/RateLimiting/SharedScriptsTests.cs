using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Limits;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>The scripts on a real Redis, with a clock that the tests move: the last argument takes the place of Redis' own.</summary>
internal sealed class SharedScriptsTests
{
    private const long Minute = 60_000_000;
    private const long Start = 1_767_225_600_000_000;

    private TestRedis _server = null!;
    private ConnectionMultiplexer _multiplexer = null!;
    private IDatabase _database = null!;
    private int _scopes;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await TestRedis.StartAsync();
        _multiplexer = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString);
        _database = _multiplexer.GetDatabase();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _multiplexer.Dispose();
        await _server.DisposeAsync();
    }

    [TestCase(200, 97)]
    [TestCase(1_000, 1_000)]
    [TestCase(3_000, 200)]
    public async Task AnyMinute_OfASteadyFlood_HoldsTheLimitWithinOnePercent(int limit, int perSecondTenths)
    {
        const int minutes = 5;
        var team = new RateLimits(RequestsPerMinute: limit);
        var keys = Keys();
        var times = new List<long>();
        var step = 10_000_000L / Math.Max(perSecondTenths, limit / 4);
        for (var now = Start; now < Start + (minutes * Minute); now += step)
        {
            if ((await AcquireAsync(keys, team, 1, now))[0] == 0)
                times.Add(now);
        }

        for (var call = limit; call < times.Count; call++)
            Assert.That(times[call] - times[call - limit], Is.GreaterThanOrEqualTo(Minute));
        Assert.That(times, Has.Count.InRange(minutes * limit * 0.99, minutes * limit));
    }

    [Test]
    public async Task AnyHistory_OfSmallLimits_IsDecidedAsOneNodeDecidesIt()
    {
        var histories = Gen.Sample(Histories, 40, 60);
        foreach (var history in histories)
            await CompareAsync(history);
    }

    private async Task CompareAsync((RateLimits Limits, (int Wait, int Tokens, int End)[] Steps) history)
    {
        var clock = new HandClock();
        var began = clock.GetUtcNow();
        using var local = new LocalLimits(clock);
        var scopes = new RateScopes(null, RateScope.Of(RateScopeKind.Team, "team", "org", history.Limits), null);
        var keys = Keys();
        var running = new List<(RateLease Local, string Shared, long Entry, int Tokens)>();
        foreach (var (wait, tokens, end) in history.Steps)
        {
            clock.Advance(TimeSpan.FromMicroseconds(wait));
            var now = Start + (long)(clock.GetUtcNow() - began).TotalMicroseconds;
            var lease = $"lease-{running.Count}-{now}";
            var here = local.Acquire(scopes, tokens, 1, Reach.Together);
            var there = await AcquireAsync(keys, history.Limits, tokens, now, lease);

            Assert.That(there[0] == 0, Is.EqualTo(here.IsSuccess));
            if (here.IsSuccess)
                running.Add((here.Value, lease, there[3], tokens));
            else
                Assert.That(there[0], Is.EqualTo(here.Error.RetryAfter!.Value.TotalMicroseconds).Within(1));
            if (running.Count == 0 || end > 2)
                continue;

            var ended = running[^1];
            running.RemoveAt(running.Count - 1);
            if (end == 0)
            {
                ended.Local.GiveBack();
                await EndAsync(keys, history.Limits, ended.Shared, ended.Entry, -ended.Tokens, giveBack: true, now);
            }
            else
            {
                var actual = end == 1 ? tokens * 2 : tokens / 2;
                ended.Local.TrueUp(actual);
                ended.Local.Dispose();
                await EndAsync(keys, history.Limits, ended.Shared, ended.Entry, actual - ended.Tokens, giveBack: false, now);
            }
        }
    }

    private static readonly Gen<(RateLimits, (int, int, int)[])> Histories =
        from rpm in Gen.Elements(1, 2, 3, 5, 10, 20, 60)
        from burst in Gen.Elements<int?>(null, null, 1, 3, 8)
        from tpm in Gen.Elements<int?>(null, 1, 100, 300)
        from parallel in Gen.Elements<int?>(null, null, 1, 4)
        from steps in (
            from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 2_000_000), Gen.Choose(0, 70_000_000))
            from tokens in Gen.Choose(0, 50)
            from end in Gen.Choose(0, 6)
            select (wait, tokens, end)).ArrayOf()
        select (new RateLimits(rpm, tpm, parallel, burst), steps);

    private RedisKey[] Keys()
    {
        var key = $"limits:{{org}}:team:{_scopes++}";
        return [key, key + ":running"];
    }

    private async Task<long[]> AcquireAsync(RedisKey[] keys, RateLimits limits, int tokens, long now, string lease = "lease") =>
        (long[])await _database.ScriptEvaluateAsync(WithClock(SharedScripts.Acquire), keys,
        [
            tokens, lease, 3_600_000, limits.RequestsPerMinute ?? 0, limits.TokensPerMinute ?? 0, limits.MaxParallel ?? 0, limits.Burst ?? 0, now,
        ]);

    private Task<RedisResult> EndAsync(RedisKey[] keys, RateLimits limits, string lease, long entry, int change, bool giveBack, long now) =>
        _database.ScriptEvaluateAsync(WithClock(SharedScripts.End), keys,
        [
            lease, change, giveBack ? 1 : 0, entry, giveBack && limits.Burst is not null ? 60_000_000d / limits.RequestsPerMinute!.Value : 0, now,
        ]);

    private static string WithClock(string script)
    {
        var at = script.IndexOf("local clock = ", StringComparison.Ordinal);
        return string.Concat(script.AsSpan(0, at), "local clock = tonumber(ARGV[#ARGV])", script.AsSpan(script.IndexOf('\n', at)));
    }
}
