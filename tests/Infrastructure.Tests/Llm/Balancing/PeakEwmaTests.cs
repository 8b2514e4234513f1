using SaasLlm.Infrastructure.Llm.Balancing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PeakEwmaTests
{
    private readonly StillTime _time = new();
    private readonly PeakEwma _latency = new();

    [Test]
    public void Read_WhenNothingWasMeasured_IsUnknown() => Assert.That(_latency.Read(_time), Is.Null);

    [Test]
    public void Observe_WhenAnAnswerIsSlower_HoldsAtOnce()
    {
        _latency.Observe(100, _time);
        _latency.Observe(900, _time);

        Assert.That(_latency.Read(_time), Is.EqualTo(900).Within(0.01));
    }

    [Test]
    public void Observe_WhenAnAnswerIsFaster_ComesDownByTimeNotByCalls()
    {
        _latency.Observe(1000, _time);
        for (var i = 0; i < 100; i++)
            _latency.Observe(100, _time);
        Assert.That(_latency.Read(_time), Is.EqualTo(1000).Within(0.01), "no time has passed");

        _time.Advance(PeakEwma.Decay);
        _latency.Observe(100, _time);

        Assert.That(_latency.Read(_time), Is.EqualTo(100 + (900 / Math.E)).Within(0.1));
    }

    [TestCase(0, 1000)]
    [TestCase(10, 367.88)]
    [TestCase(30, 49.79)]
    [TestCase(600, 0)]
    public void Read_WhileNothingIsMeasured_Fades(int seconds, double ms)
    {
        _latency.Observe(1000, _time);
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.That(_latency.Read(_time), Is.EqualTo(ms).Within(0.01));
    }

    [TestCase(500, 1000)]
    [TestCase(2000, 2000)]
    public void ObserveAtLeast_WhenItIsNoNews_ChangesNothing(double ms, double expected)
    {
        _latency.Observe(1000, _time);
        _latency.ObserveAtLeast(ms, _time);

        Assert.That(_latency.Read(_time), Is.EqualTo(expected).Within(0.01));
    }

    private sealed class StillTime : TimeProvider
    {
        private long _now = 1_000_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
