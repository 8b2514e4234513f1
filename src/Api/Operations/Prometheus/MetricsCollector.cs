using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Operations.Prometheus;

/// <summary>
/// Adds up what this service's instruments tell, from its start, and writes it out for whoever reads. What is only looked at
/// (queues, connections, the runtime) is looked at then.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly IMeterFactory _meters;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _reading = new();

    public MetricsCollector(IMeterFactory meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = Published;
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All of it in Prometheus' text form.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (_reading)
        {
            foreach (var family in _families.Values.Where(static family => family.IsObserved))
                family.Clear();
            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal))
                family.Write(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (!IsRead(instrument) || TypeOf(instrument) is not { } type)
            return;

        var name = PrometheusText.NameOf(instrument.Name, instrument.Unit, type == "counter");
        var family = _families.GetOrAdd(name, static (key, told) => FamilyOf(key, told.type, told.instrument), (type, instrument));

        // Two instruments of one name are one metric, unless they are of different types: then the first holds.
        if (family.Type == type && family.IsObserved == instrument.IsObservable)
            listener.EnableMeasurementEvents(instrument, family);
    }

    private static MetricFamily FamilyOf(string name, string type, Instrument instrument)
    {
        var bounds = type == "histogram" ? BoundsOf(instrument) : [];
        return new MetricFamily(
            name, instrument.Description ?? string.Empty, type, instrument.IsObservable,
            labels => type == "histogram" ? new HistogramSeries(labels, bounds) : new SumSeries(labels));
    }

    /// <summary>This service's own, those of the runtime, and the database's connections; what each of its commands takes is not worth the price.</summary>
    private bool IsRead(Instrument instrument) => instrument.Meter.Name switch
    {
        Telemetry.Name => ReferenceEquals(instrument.Meter.Scope, _meters),
        "System.Runtime" => true,
        "Npgsql" => instrument.Name.StartsWith("db.client.connection.", StringComparison.Ordinal),
        _ => false,
    };

    private static string? TypeOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? "counter"
            : type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) || type == typeof(ObservableGauge<>) ? "gauge"
            : type == typeof(Histogram<>) ? "histogram"
            : null;
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
        _ => [.. Telemetry.Seconds.HistogramBucketBoundaries!],
    };
}
