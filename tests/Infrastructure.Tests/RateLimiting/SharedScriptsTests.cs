using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Limits;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>The scripts on a real Redis, with a clock that the tests move: the last argument takes the place of Redis' own.</summary>
[NonParallelizable]
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
    public async Task Slots_OfACallWhoseRenewalCameAfterItsEnd_AreFreedAgain()
    {
        var limits = new RateLimits(MaxParallel: 1);
        var keys = Keys();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var entry = (await AcquireAsync(keys, limits, 1, now, "ended"))[3];
        await EndAsync(keys, limits, "ended", entry, 0, giveBack: false, now);
        await _database.ScriptEvaluateAsync(SharedScripts.Renew, [keys[1]], ["ended", 30_000]);
        Assert.That((await AcquireAsync(keys, limits, 1, now, "next"))[0], Is.Not.Zero);

        await _database.ScriptEvaluateAsync(SharedScripts.Free, [keys[1]], ["ended"]);

        Assert.That((await AcquireAsync(keys, limits, 1, now, "next"))[0], Is.Zero);
        Assert.That(await _database.KeyTimeToLiveAsync(keys[1]), Is.Not.Null);
    }

    /// <param name="seed">Null: another one each time; to repeat a failure, the histories are in its message.</param>
    [TestCase(null)]
    [TestCase(1)]
    public async Task AnyHistory_OfSmallLimits_IsDecidedAsOneNodeDecidesIt(int? seed)
    {
        var random = new Rnd((ulong)(seed ?? Random.Shared.Next()));
        foreach (var history in Gen.Sample(Histories, 40, random, 60))
        {
            if (await DifferenceAsync(history) is not null)
                await FailAsync(history);
        }
    }

    [Test]
    public async Task GiveBack_AfterItsMinute_LeavesTheBucketToTheOthers()
    {
        var limits = new RateLimits(RequestsPerMinute: 2, Burst: 1);
        Step[] steps = [new(0, 1, End.None), new(60_000_000, 1, End.Less), new(0, 1, End.GiveBack), new(0, 1, End.None)];

        Assert.That(await DifferenceAsync(new History(limits, steps)), Is.Null);
    }

    [Test]
    public async Task Tokens_CountedAfterTheirMinute_KeepNoOtherCallInTheWindow()
    {
        var limits = new RateLimits(RequestsPerMinute: 5, TokensPerMinute: 100);
        Step[] steps = [new(0, 49, End.None), new(61_000_000, 10, End.Less), new(100_000, 200, End.More), new(0, 1, End.None), new(59_900_000, 1, End.None)];

        Assert.That(await DifferenceAsync(new History(limits, steps)), Is.Null);
    }

    /// <summary>Leaves out what is not needed for the difference, and says what is left.</summary>
    private async Task FailAsync(History history)
    {
        for (var step = history.Steps.Length - 1; step >= 0; step--)
        {
            var shorter = history with { Steps = [.. history.Steps[..step], .. history.Steps[(step + 1)..]] };
            if (await DifferenceAsync(shorter) is not null)
                history = shorter;
        }

        Assert.Fail($"{await DifferenceAsync(history)}: {history.Limits}, [{string.Join(", ", history.Steps.Select(step => step.ToString()))}]");
    }

    /// <summary>Null where both sides decide alike.</summary>
    private async Task<string?> DifferenceAsync(History history)
    {
        var clock = new HandClock();
        var began = clock.GetUtcNow();
        using var local = new LocalLimits(clock, new LimiterMetrics(Meters.Factory));
        var scopes = new RateScopes(null, RateScope.Of(RateScopeKind.Team, "team", "org", history.Limits), null);
        var keys = Keys();
        var running = new List<(RateLease Local, string Shared, long Entry, int Tokens)>();
        for (var at = 0; at < history.Steps.Length; at++)
        {
            var (wait, tokens, end) = history.Steps[at];
            clock.Advance(TimeSpan.FromMicroseconds(wait));
            var now = Start + (long)(clock.GetUtcNow() - began).TotalMicroseconds;
            var lease = $"lease-{at}";
            var here = local.Acquire(scopes, tokens, 1, Reach.Together);
            var there = await AcquireAsync(keys, history.Limits, tokens, now, lease);

            var waitHere = here.IsSuccess ? 0 : here.Error.RetryAfter!.Value.TotalMicroseconds;
            if (Math.Abs(there[0] - waitHere) > 1)
                return $"wait of {waitHere} µs here, {there[0]} µs in Redis after step {at}";
            if (here.IsSuccess)
                running.Add((here.Value, lease, there[3], tokens));
            if (running.Count == 0 || end == End.None)
                continue;

            var ended = running[^1];
            running.RemoveAt(running.Count - 1);
            if (end == End.GiveBack)
            {
                ended.Local.GiveBack();
                await EndAsync(keys, history.Limits, ended.Shared, ended.Entry, -ended.Tokens, giveBack: true, now);
            }
            else
            {
                var actual = end == End.More ? tokens * 2 : tokens / 2;
                ended.Local.TrueUp(actual);
                ended.Local.Dispose();
                await EndAsync(keys, history.Limits, ended.Shared, ended.Entry, actual - ended.Tokens, giveBack: false, now);
            }
        }

        return null;
    }

    private static readonly Gen<History> Histories =
        from rpm in Gen.Elements(1, 2, 3, 5, 10, 20, 60)
        from burst in Gen.Elements<int?>(null, null, 1, 3, 8)
        from tpm in Gen.Elements<int?>(null, 1, 100, 300)
        from parallel in Gen.Elements<int?>(null, null, 1, 4)
        from steps in (
            from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 2_000_000), Gen.Choose(0, 70_000_000))
            from tokens in Gen.Choose(0, 50)
            from end in Gen.Elements(End.GiveBack, End.More, End.Less, End.None, End.None, End.None, End.None)
            select new Step(wait, tokens, end)).ArrayOf()
        select new History(new RateLimits(rpm, tpm, parallel, burst), steps);

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
            lease, change, giveBack ? 1 : 0, entry, giveBack && limits.Burst is not null ? 60_000_000d / limits.RequestsPerMinute!.Value : 0, 1, now,
        ]);

    private static string WithClock(string script)
    {
        var at = script.IndexOf("local clock = ", StringComparison.Ordinal);
        return string.Concat(script.AsSpan(0, at), "local clock = tonumber(ARGV[#ARGV])", script.AsSpan(script.IndexOf('\n', at)));
    }

    internal enum End
    {
        None,
        More,
        Less,
        GiveBack,
    }

    internal sealed record History(RateLimits Limits, Step[] Steps);

    /// <param name="Wait">In µs, before the call.</param>
    /// <param name="End">What happens after it to the newest of the running calls.</param>
    internal sealed record Step(int Wait, int Tokens, End End);
}
