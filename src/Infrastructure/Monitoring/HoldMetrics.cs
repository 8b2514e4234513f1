using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Monitoring;

/// <summary>What is on record of calls that have not ended, those of all nodes, as last counted.</summary>
internal sealed class HoldMetrics
{
    private readonly ObservableGauge<long> _calls;
    private readonly ObservableGauge<double> _credits;
    private Held? _last;

    public HoldMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateMeter();
        _calls = meter.CreateObservableGauge("saasllm.holds.outstanding", Calls, "{call}", "Calls that have not ended, those of all nodes, as last counted.");
        _credits = meter.CreateObservableGauge("saasllm.holds.credits", Credits, "{credit}", "Credits that they hold. Calls of jobs hold none of their own: their jobs do.");
    }

    /// <summary>False where counting would be in vain.</summary>
    public bool IsRead => _calls.Enabled || _credits.Enabled;

    public void Counted(Held held) => Volatile.Write(ref _last, held);

    private IEnumerable<Measurement<long>> Calls()
    {
        if (Volatile.Read(ref _last) is not { } last)
            yield break;

        yield return new Measurement<long>(last.JobCalls, new KeyValuePair<string, object?>("source", "job"));
        yield return new Measurement<long>(last.Calls, new KeyValuePair<string, object?>("source", "call"));
    }

    private IEnumerable<Measurement<double>> Credits()
    {
        if (Volatile.Read(ref _last) is { } last)
            yield return new Measurement<double>((double)last.Credits);
    }
}

/// <summary>What one count found.</summary>
internal sealed record Held
{
    /// <summary>Running calls of jobs.</summary>
    public long JobCalls { get; init; }

    /// <summary>Running calls without a job.</summary>
    public long Calls { get; init; }

    public decimal Credits { get; init; }
}
