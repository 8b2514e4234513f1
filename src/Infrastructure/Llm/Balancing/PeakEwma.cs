namespace SaasLlm.Infrastructure.Llm.Balancing;

/// <summary>
/// How long a deployment takes to answer: an exponentially weighted mean over time, not over calls, that jumps up to a slower
/// answer at once and comes down slowly. Read, it fades towards zero while nothing is measured, so that one which was slow is
/// tried again after a while: that is all the exploration there is. After Finagle's and Linkerd's peak EWMA.
/// </summary>
internal sealed class PeakEwma
{
    /// <summary>Time in which an old value loses 63 % of its weight.</summary>
    public static readonly TimeSpan Decay = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private double _ms = double.NaN;
    private long _at;

    /// <summary>Takes in one answer: a slower one holds at once, else <c>cost = cost·w + ms·(1 − w)</c> with <c>w = e^(−Δt / decay)</c>.</summary>
    public void Observe(double ms, TimeProvider time)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (double.IsNaN(_ms) || ms > _ms)
            {
                _ms = ms;
            }
            else
            {
                var weight = Weight(now, time);
                _ms = (_ms * weight) + (ms * (1 - weight));
            }

            _at = now;
        }
    }

    /// <summary>Takes in that an answer took longer than this, where that is news.</summary>
    public void ObserveAtLeast(double ms, TimeProvider time)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!double.IsNaN(_ms) && _ms * Weight(now, time) >= ms)
                return;

            _ms = ms;
            _at = now;
        }
    }

    /// <summary>The cost now, in ms; null where nothing was ever measured.</summary>
    public double? Read(TimeProvider time)
    {
        lock (_gate)
            return double.IsNaN(_ms) ? null : _ms * Weight(time.GetTimestamp(), time);
    }

    private double Weight(long now, TimeProvider time) => Math.Exp(-(time.GetElapsedTime(_at, now) / Decay));
}
