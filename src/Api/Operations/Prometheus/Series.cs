using System.Globalization;
using System.Text;

namespace SaasLlm.Api.Operations.Prometheus;

/// <summary>What was measured under one set of labels.</summary>
/// <param name="labels">As they are written, without the braces; empty where there are none.</param>
internal abstract class Series(string labels)
{
    public abstract void Add(long value);

    public abstract void Add(double value);

    public abstract void Write(string name, StringBuilder text);

    /// <param name="extra">One more label, as it is written; empty: none.</param>
    protected void WriteLine(StringBuilder text, string name, string extra, double value)
    {
        text.Append(name);
        if (labels.Length + extra.Length > 0)
            text.Append('{').Append(labels).Append(labels.Length > 0 && extra.Length > 0 ? "," : "").Append(extra).Append('}');
        text.Append(' ').Append(PrometheusText.Number(value)).Append('\n');
    }
}

/// <summary>A sum, without a lock: whole numbers and fractions are added up apart, so that counts stay exact.</summary>
internal sealed class SumSeries(string labels) : Series(labels)
{
    private long _whole;
    private double _fractional;

    public override void Add(long value) => Interlocked.Add(ref _whole, value);

    public override void Add(double value)
    {
        double before;
        do
            before = Volatile.Read(ref _fractional);
        while (Interlocked.CompareExchange(ref _fractional, before + value, before).CompareTo(before) != 0);
    }

    public override void Write(string name, StringBuilder text) =>
        WriteLine(text, name, string.Empty, Volatile.Read(ref _whole) + Volatile.Read(ref _fractional));
}

/// <summary>How values are spread. Its own lock keeps buckets and sum together; it is held for a few instructions.</summary>
/// <param name="bounds">Upper bounds of the buckets, ascending, each inclusive.</param>
internal sealed class HistogramSeries(string labels, double[] bounds) : Series(labels)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public override void Add(long value) => Add((double)value);

    public override void Add(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;

        lock (_gate)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    public override void Write(string name, StringBuilder text)
    {
        long[] counts;
        double sum;
        lock (_gate)
            (counts, sum) = ([.. _counts], _sum);

        var total = 0L;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            total += counts[bucket];
            var bound = bucket < bounds.Length ? bounds[bucket] : double.PositiveInfinity;
            WriteLine(text, name + "_bucket", string.Create(CultureInfo.InvariantCulture, $"le=\"{PrometheusText.Number(bound)}\""), total);
        }

        WriteLine(text, name + "_sum", string.Empty, sum);
        WriteLine(text, name + "_count", string.Empty, total);
    }
}
