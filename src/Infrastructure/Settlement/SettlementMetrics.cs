using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>What is measured of the writers that commit in batches, each by its name.</summary>
internal sealed class SettlementMetrics
{
    private const string Writer = "writer";

    /// <summary>A commit takes about as long as the disk does.</summary>
    private static readonly InstrumentAdvice<double> CommitSeconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<long> BatchSizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500] };

    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _size;
    private readonly ConcurrentQueue<(string Writer, Func<int> Queued)> _writers = new();

    public SettlementMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.CreateMeter();
        _duration = meter.CreateHistogram("saasllm.settlement.commit.duration", "s", "Time in which a batch was written and committed.", advice: CommitSeconds);
        _size = meter.CreateHistogram("saasllm.settlement.batch.size", "{item}", "Items that were committed together.", advice: BatchSizes);
        meter.CreateObservableGauge("saasllm.settlement.queue.depth", Depths, "{item}", "Items that wait for a commit or are being written.");
    }

    /// <summary>Has a writer's queue looked at whenever somebody reads.</summary>
    public void Watch(string writer, Func<int> queued) => _writers.Enqueue((writer, queued));

    /// <summary>A timestamp for <see cref="Committed"/>; 0 where nobody wants to know.</summary>
    public long Begin() => _duration.Enabled ? _time.GetTimestamp() : 0;

    /// <param name="began">What <see cref="Begin"/> gave.</param>
    public void Committed(string writer, int items, long began)
    {
        var tag = new KeyValuePair<string, object?>(Writer, writer);
        _size.Record(items, tag);
        if (began != 0)
            _duration.Record(_time.GetElapsedTime(began).TotalSeconds, tag);
    }

    private IEnumerable<Measurement<int>> Depths()
    {
        foreach (var (writer, queued) in _writers)
            yield return new Measurement<int>(queued(), new KeyValuePair<string, object?>(Writer, writer));
    }
}
