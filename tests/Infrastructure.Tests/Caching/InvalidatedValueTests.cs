using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Tests.Caching;

internal sealed class InvalidatedValueTests
{
    private readonly List<TaskCompletionSource<string>> _loads = [];
    private readonly ListenerState _listener = new() { IsListening = true };
    private InvalidatedValue<string> _value = null!;

    [SetUp]
    public void Create()
    {
        _loads.Clear();
        _listener.IsListening = true;
        _value = new InvalidatedValue<string>(_listener, _ =>
        {
            var load = new TaskCompletionSource<string>();
            _loads.Add(load);
            return load.Task;
        });
    }

    [Test]
    public async Task Get_WhenManyAskAtOnce_LoadsOnceAndKeeps()
    {
        var first = _value.GetAsync(default);
        var second = _value.GetAsync(default);
        _loads[0].SetResult("new");

        Assert.That((await first, await second, await _value.GetAsync(default)), Is.EqualTo(("new", "new", "new")));
        Assert.That(_loads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Get_WhenALoadEndsAfterTheDrop_DoesNotKeepIt()
    {
        var stale = _value.GetAsync(default);
        _value.Drop();
        _loads[0].SetResult("old");
        Assert.That(await stale, Is.EqualTo("old"));

        var fresh = _value.GetAsync(default);
        _loads[1].SetResult("new");

        Assert.That(await fresh, Is.EqualTo("new"));
        Assert.That(await _value.GetAsync(default), Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_AfterADrop_DoesNotJoinTheLoadThatBeganBefore()
    {
        var stale = _value.GetAsync(default);
        _value.Drop();
        var fresh = _value.GetAsync(default);

        // The later load ends first; the earlier one must not overwrite it.
        _loads[1].SetResult("new");
        Assert.That(await fresh, Is.EqualTo("new"));
        _loads[0].SetResult("old");
        Assert.That(await stale, Is.EqualTo("old"));
        Assert.That(await _value.GetAsync(default), Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_WhenALoadFails_TriesAgainTheNextTime()
    {
        var failed = _value.GetAsync(default);
        _loads[0].SetException(new TimeoutException());
        Assert.That(async () => await failed, Throws.InstanceOf<TimeoutException>());

        var retried = _value.GetAsync(default);
        _loads[1].SetResult("new");
        Assert.That(await retried, Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_WhenOneCallerLeaves_StillServesTheOthers()
    {
        using var leaving = new CancellationTokenSource();
        var left = _value.GetAsync(leaving.Token);
        var stayed = _value.GetAsync(default);
        await leaving.CancelAsync();
        Assert.That(async () => await left, Throws.InstanceOf<OperationCanceledException>());

        _loads[0].SetResult("new");
        Assert.That(await stayed, Is.EqualTo("new"));
    }

    [Test]
    public async Task Get_WhileTheListenerIsAway_LoadsForItself()
    {
        _listener.IsListening = false;
        var first = _value.GetAsync(default);
        var second = _value.GetAsync(default);
        _loads[0].SetResult("a");
        _loads[1].SetResult("b");

        Assert.That((await first, await second), Is.EqualTo(("a", "b")));
    }
}
