using System.Diagnostics;
using System.Text;
using SaasLlm.Infrastructure.ResponseCaching;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.ResponseCaching;

/// <summary>Answers in a real Redis: shared by nodes, encrypted, bounded, and missed by nobody when it is away.</summary>
[NonParallelizable]
internal sealed class AnswerRedisTests
{
    private const string KeyRing = "Security:EncryptionKeys:one=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    [Test]
    public async Task SendAsync_OnAnotherNode_IsServedFromWhatThisOneKept()
    {
        await using var server = await TestRedis.StartAsync();
        await using var here = await NodeAsync(server);
        await using var there = await NodeAsync(server);
        var answered = await here.AnswerAsync(text: "shared");
        await here.UntilKeptAsync();

        var served = await there.SendAsync();

        Assert.That((served.Cached, there.Upstream.Count), Is.EqualTo((true, 0)));
        Assert.That(served.Answer!.Body.ToArray(), Is.EqualTo(answered.Answer!.Body.ToArray()));
        Assert.That(served.Model, Is.EqualTo(CacheBench.Model()));
    }

    [Test]
    public async Task OpenStreamAsync_OnAnotherNode_ReplaysTheStream()
    {
        await using var server = await TestRedis.StartAsync();
        await using var here = await NodeAsync(server);
        await using var there = await NodeAsync(server);
        var opening = here.OpenAsync();
        var upstream = (await here.Upstream.CallAsync()).Open();
        upstream.Send("a", "b");
        upstream.Finish();
        await using var first = await opening;
        var events = await CacheBench.ReadAsync(first);
        await here.UntilKeptAsync();

        await using var again = await there.OpenAsync();

        Assert.That(again.Cached, Is.True);
        Assert.That(await CacheBench.ReadAsync(again), Is.EqualTo(events));
    }

    [Test]
    public async Task SendAsync_ByItsAge_IsNotServedOnAnotherNodeToOneWhoWantsItYounger()
    {
        await using var server = await TestRedis.StartAsync();
        await using var here = await NodeAsync(server);
        await using var there = await NodeAsync(server);
        await here.AnswerAsync();
        await here.UntilKeptAsync();
        there.Clock.Advance(TimeSpan.FromSeconds(100));

        Assert.That((await there.SendAsync(policy: CacheBench.Policy(ttl: 101))).Cached, Is.True);
        Assert.That((await there.AnswerAsync(policy: CacheBench.Policy(ttl: 100))).Cached, Is.False);
    }

    [TestCase("Development", true)]
    [TestCase("Production", false)]
    public async Task Value_InRedis_NamesNoPromptIsSealedWhereThereAreKeysAndExpires(string environment, bool isSealed)
    {
        await using var server = await TestRedis.StartAsync();
        await using var bench = await NodeAsync(server, environment);
        var text = new string('x', 5000) + "the-answer";
        await bench.AnswerAsync(CacheBench.Request("the-prompt"), text: text);
        await bench.UntilKeptAsync();

        using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var key = (RedisKey)(await redis.GetDatabase().KeysAsync("*answer*")).Single();
        var value = (byte[])(await redis.GetDatabase().StringGetAsync(key))!;
        var life = await redis.GetDatabase().KeyTimeToLiveAsync(key);

        Assert.That(key.ToString(), Does.Match("^saasllm:answer:[0-9a-f]{64}$"));
        Assert.That(value[0], Is.EqualTo(isSealed ? 1 : 0));
        Assert.That(value, Has.Length.LessThan(1000), "compressed");
        Assert.That(Encoding.Latin1.GetString(value), Does.Not.Contain("the-prompt"));
        Assert.That(life, Is.InRange(TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(300)));
    }

    [Test]
    public async Task SendAsync_WhenTheValueWasTamperedWith_AsksAnew()
    {
        await using var server = await TestRedis.StartAsync();
        await using var bench = await NodeAsync(server);
        await bench.AnswerAsync();
        await bench.UntilKeptAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var key = (RedisKey)(await redis.GetDatabase().KeysAsync("*answer*")).Single();
        var value = (byte[])(await redis.GetDatabase().StringGetAsync(key))!;
        value[^1] ^= 1;
        await redis.GetDatabase().StringSetAsync(key, value);

        Assert.That((await bench.AnswerAsync()).Cached, Is.False);
    }

    [Test]
    public async Task SendAsync_WhenTheValueWasWrittenWithoutTheKey_AsksAnew()
    {
        await using var server = await TestRedis.StartAsync();
        await using var open = await NodeAsync(server, "Production");
        await using var closed = await NodeAsync(server, "Production", settings: [KeyRing, "Security:ActiveEncryptionKey=one"]);
        await open.AnswerAsync();
        await open.UntilKeptAsync();

        Assert.That((await closed.AnswerAsync()).Cached, Is.False);
    }

    [Test]
    public async Task SendAsync_WhenRedisWasKilled_KeepsInMemoryAndComesBack()
    {
        await using var server = await TestRedis.StartAsync();
        await using var bench = await NodeAsync(server);
        await bench.AnswerAsync();
        await bench.UntilKeptAsync();

        server.Kill();
        await CacheBench.UntilAsync(() => !bench.Redis.IsAvailable);
        Assert.That((await bench.AnswerAsync()).Cached, Is.False, "as good as empty");
        Assert.That((await bench.SendAsync()).Cached, Is.True, "this node's memory stands in");

        await server.RestartAsync();
        await bench.UntilRedisAnswersAsync();
        Assert.That((await bench.AnswerAsync()).Cached, Is.False);
        await bench.UntilKeptAsync();
        Assert.That((await bench.SendAsync()).Cached, Is.True);
    }

    [Test]
    public async Task SendAsync_WhenRedisHangs_CostsOneTimeoutAndNoError()
    {
        await using var server = await TestRedis.StartAsync();
        await using var bench = await NodeAsync(server, timeoutMs: 50);
        await bench.AnswerAsync();
        await bench.UntilKeptAsync();

        await server.StopAnsweringAsync();
        var waited = Stopwatch.StartNew();
        var sending = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var elapsed = waited.Elapsed;
        call.Answer();

        Assert.That((await sending).Error, Is.Null);
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "50 ms on an idle machine");
        await server.ResumeAsync();
    }

    [Test]
    public async Task KeepAsync_OfWhatDoesNotCompress_SendsNothingTooLarge()
    {
        await using var server = await TestRedis.StartAsync();
        await using var bench = await NodeAsync(server);
        var random = new byte[400_000];
        new Random(1).NextBytes(random);

        var answer = CachedAnswer.OfStream([Encoding.ASCII.GetBytes(Convert.ToBase64String(random))], "a", isInvented: false, bench.Clock.GetUtcNow());
        await bench.Store.KeepAsync(default, answer, 300);

        Assert.That((await bench.Store.FindAsync(default, 300)).Answer, Is.Null);
    }

    [TestCase("")]
    [TestCase("00")]
    [TestCase("ffffffff00")]
    [TestCase("0500000001020304")]
    [TestCase("00000080")]
    public void Decode_OfWhatIsNoAnswer_IsNothing(string hex) => Assert.That(AnswerCodec.Decode(Convert.FromHexString(hex)), Is.Null);

    [Test]
    public void Decode_OfEveryDamagedByte_NeverThrows()
    {
        var answer = CachedAnswer.OfStream([[.. "{\"a\":1}"u8], [.. "{}"u8]], "model", isInvented: true, DateTimeOffset.UnixEpoch);
        var good = AnswerCodec.Encode(answer);
        var back = AnswerCodec.Decode(good)!;
        Assert.That((back.Model, back.IsInvented, back.AnsweredAt, back.Events!.Count, back.Bytes), Is.EqualTo(("model", true, DateTimeOffset.UnixEpoch, 2, answer.Bytes)));

        for (var i = 0; i < good.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var bad = good.ToArray();
                bad[i] ^= (byte)(1 << bit);
                Assert.That(() => AnswerCodec.Decode(bad), Throws.Nothing);
            }
        }
    }

    private static async Task<CacheBench> NodeAsync(TestRedis server, string environment = "Development", int timeoutMs = 1000, params string[] settings)
    {
        // A machine that builds and tests at once may not answer within 20 ms.
        var bench = new CacheBench(environment, [$"Redis:TimeoutMs={timeoutMs}", "Redis:ConnectionString=" + server.ConnectionString, .. settings]);
        await bench.ConnectAsync();
        return bench;
    }
}
