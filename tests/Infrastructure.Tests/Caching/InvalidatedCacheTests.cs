using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Tests.Caching;

internal sealed class InvalidatedCacheTests
{
    private static readonly TimeSpan NegativeFor = TimeSpan.FromSeconds(5);

    private readonly List<TaskCompletionSource<string?>> _loads = [];
    private readonly ListenerState _listener = new();
    private readonly Clock _clock = new();
    private InvalidatedCache<string, string> _cache = null!;

    [SetUp]
    public void Create()
    {
        _loads.Clear();
        _listener.IsListening = true;
        _cache = new InvalidatedCache<string, string>(_listener, _clock, capacity: 3, NegativeFor);
    }

    [Test]
    public async Task Get_AfterALoad_KeepsIt()
    {
        await LoadedAsync("k", "v");

        Assert.That(await HitAsync("k"), Is.EqualTo("v"));
    }

    [Test]
    public async Task Get_WhenALoadEndsAfterTheDropOfItsKey_DoesNotKeepIt()
    {
        var stale = GetAsync("k");
        _cache.Drop("k");
        _loads[^1].SetResult("old");
        Assert.That(await stale, Is.EqualTo("old"));

        Assert.That(await LoadedAsync("k", "new"), Is.EqualTo("new"));
        Assert.That(await HitAsync("k"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_WhenALoadEndsAfterTheDropOfAll_DoesNotKeepIt()
    {
        var stale = GetAsync("k");
        _cache.DropAll();
        _loads[^1].SetResult("old");
        await stale;

        Assert.That(await LoadedAsync("k", "new"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_WhenAStaleLoadEndsLast_KeepsTheFreshOne()
    {
        var stale = GetAsync("k");
        var staleLoad = _loads[^1];
        _cache.Drop("k");
        await LoadedAsync("k", "new");
        staleLoad.SetResult("old");
        await stale;

        Assert.That(await HitAsync("k"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Drop_OfAKey_LeavesTheOthers()
    {
        await LoadedAsync("a", "1");
        await LoadedAsync("b", "2");

        _cache.Drop("a");

        Assert.That(await HitAsync("b"), Is.EqualTo("2"));
        Assert.That(await LoadedAsync("a", "3"), Is.EqualTo("3"));
    }

    [Test]
    public async Task Get_WhereThereIsNone_AsksAgainAfterAWhile()
    {
        await LoadedAsync("k", null);
        Assert.That(await HitAsync("k"), Is.Null);

        _clock.Advance(NegativeFor);

        Assert.That(await LoadedAsync("k", "v"), Is.EqualTo("v"));
    }

    [Test]
    public async Task Get_WhenFull_StaysWithinItsCapacity()
    {
        for (var key = 0; key < 10; key++)
            await LoadedAsync($"{key}", "v");

        var kept = 0;
        for (var key = 0; key < 10; key++)
        {
            var before = _loads.Count;
            var got = GetAsync($"{key}");
            if (_loads.Count == before)
                kept++;
            else
                _loads[^1].SetException(new TimeoutException());
            await got.AsTask().ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        Assert.That(kept, Is.InRange(1, 3));
    }

    [Test]
    public async Task Get_WhileTheListenerIsAway_NeitherReadsNorKeeps()
    {
        await LoadedAsync("k", "old");
        _listener.IsListening = false;
        Assert.That(await LoadedAsync("k", "new"), Is.EqualTo("new"));
        Assert.That(await LoadedAsync("other", "1"), Is.EqualTo("1"));

        _listener.IsListening = true;
        Assert.That(await LoadedAsync("other", "2"), Is.EqualTo("2"));
    }

    [Test]
    public async Task Add_WhatWasJustMade_IsFoundUntilItChanges()
    {
        _cache.Add("k", "new");
        Assert.That(await HitAsync("k"), Is.EqualTo("new"));

        _cache.Drop("k");

        Assert.That(await LoadedAsync("k", "changed"), Is.EqualTo("changed"));
    }

    [Test]
    public async Task Add_WhileTheListenerIsAway_KeepsNothing()
    {
        _listener.IsListening = false;
        _cache.Add("k", "new");
        _listener.IsListening = true;

        Assert.That(await LoadedAsync("k", "changed"), Is.EqualTo("changed"));
    }

    private ValueTask<string?> GetAsync(string key) => _cache.GetAsync(key, this, static (self, _, _) => self.Load(), default);

    private Task<string?> Load()
    {
        var load = new TaskCompletionSource<string?>();
        _loads.Add(load);
        return load.Task;
    }

    /// <summary>A read that must go to the source.</summary>
    private async Task<string?> LoadedAsync(string key, string? value)
    {
        var before = _loads.Count;
        var read = GetAsync(key);
        Assert.That(_loads, Has.Count.EqualTo(before + 1), "loads");
        _loads[^1].SetResult(value);
        return await read;
    }

    /// <summary>A read that must not go to the source.</summary>
    private async Task<string?> HitAsync(string key)
    {
        var before = _loads.Count;
        var read = GetAsync(key);
        Assert.That(_loads, Has.Count.EqualTo(before), "hits");
        return await read;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
