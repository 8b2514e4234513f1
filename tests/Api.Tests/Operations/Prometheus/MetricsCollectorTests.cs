using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Api.Operations.Prometheus;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Tests.Operations.Prometheus;

/// <summary>What is recorded is what is written, in the form that Prometheus reads.</summary>
internal sealed class MetricsCollectorTests
{
    private ServiceProvider _container = null!;
    private MetricsCollector _collector = null!;
    private Meter _meter = null!;

    [SetUp]
    public void Start()
    {
        _container = new ServiceCollection().AddMetrics().AddSingleton<MetricsCollector>().BuildServiceProvider();
        _collector = _container.GetRequiredService<MetricsCollector>();
        _meter = _container.GetRequiredService<IMeterFactory>().CreateMeter();
    }

    [TearDown]
    public void Stop() => _container.Dispose();

    [Test]
    public void Histogram_WhenRecorded_HasCumulativeBucketsAndTheRightSum()
    {
        var histogram = _meter.CreateHistogram(
            "waits", "s", "Waits.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 1, 2, 11 })
            histogram.Record(value, new KeyValuePair<string, object?>("by", "me"));

        var read = Read();

        Assert.That(
            read.Samples("waits_seconds_bucket").Select(bucket => (bucket.Labels["le"], bucket.Value)),
            Is.EqualTo(new[] { ("0.1", 2.0), ("1", 4), ("10", 5), ("+Inf", 6) }));
        Assert.That(read.Sum("waits_seconds_sum", ("by", "me")), Is.EqualTo(14.65).Within(1e-9));
        Assert.That(read.Sum("waits_seconds_count", ("by", "me")), Is.EqualTo(6));
    }

    [TestCase("saasllm.calls", "{call}", "saasllm_calls_total")]
    [TestCase("bytes.read", "By", "bytes_read_bytes_total")]
    [TestCase("wait", "ms", "wait_milliseconds_total")]
    [TestCase("wait.seconds", "s", "wait_seconds_total")]
    [TestCase("9 lives?", null, "_9_lives__total")]
    public void Counter_ByItsNameAndUnit_IsNamedAsPrometheusWantsIt(string name, string? unit, string expected)
    {
        _meter.CreateCounter<long>(name, unit, "Help.").Add(3);

        Assert.That((Read().Families[expected].Type, Read().Sum(expected)), Is.EqualTo(("counter", 3)));
    }

    [Test]
    public void Labels_WithSpecialCharacters_AreReadAsTheyWere()
    {
        const string Special = "a \"quoted\" \\ and\na second line, {braces}=";
        _meter.CreateCounter<long>("odd", null, "Help with \\ and\na second line.").Add(1, new KeyValuePair<string, object?>("gen_ai.name", Special));

        Assert.That(Read().Sum("odd_total", ("gen_ai_name", Special)), Is.EqualTo(1));
    }

    [Test]
    public void Labels_InAnotherOrder_AreTheSame()
    {
        var counter = _meter.CreateCounter<long>("ordered");
        counter.Add(1, new TagList { { "a", "x" }, { "b", 7 } });
        counter.Add(1, new TagList { { "b", "7" }, { "a", "x" } });

        Assert.That(Read().Samples("ordered_total").Single().Value, Is.EqualTo(2));
    }

    [Test]
    public void LabelSets_BeyondTheBound_AreCountedTogether()
    {
        var counter = _meter.CreateCounter<long>("wide");
        for (var i = 0; i < MetricFamily.MaxLabelSets + 250; i++)
            counter.Add(2, new KeyValuePair<string, object?>("id", $"value-{i}"));
        counter.Add(1, new KeyValuePair<string, object?>("id", "value-0"));

        var read = Read();

        Assert.That(read.Samples("wide_total"), Has.Length.EqualTo(MetricFamily.MaxLabelSets + 1));
        Assert.That(read.Sum("wide_total", ("id", "other")), Is.EqualTo(500));
        Assert.That(read.Sum("wide_total", ("id", "value-0")), Is.EqualTo(3), "what is known stays told apart");
    }

    [Test]
    public async Task Recording_ByManyThreads_LosesNothing()
    {
        const int Threads = 8;
        const int Each = 50_000;
        var counter = _meter.CreateCounter<long>("hits");
        var cost = _meter.CreateCounter<double>("cost");
        var histogram = _meter.CreateHistogram<double>("spread", "s");

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                // Every label is new to the collector at some time, and several threads are the first to bring it.
                var tag = new KeyValuePair<string, object?>("label", $"label-{i % 50}");
                counter.Add(1, tag);
                cost.Add(0.25, tag);
                histogram.Record(i % 2, tag);
            }
        })));

        var read = Read();
        Assert.That(read.Sum("hits_total"), Is.EqualTo(Threads * Each));
        Assert.That(read.Sum("cost_total"), Is.EqualTo(Threads * Each / 4.0));
        Assert.That((read.Sum("spread_seconds_count"), read.Sum("spread_seconds_sum")), Is.EqualTo(((double)Threads * Each, Threads * Each / 2.0)));
        Assert.That(read.Samples("hits_total"), Has.Length.EqualTo(50).And.All.Property("Value").EqualTo(Threads * Each / 50));
    }

    [Test]
    public void Observed_WhenItIsGone_IsNotWrittenAnyMore()
    {
        var seen = new List<string> { "one", "two" };
        _meter.CreateObservableGauge("seen", () => seen.Select((name, index) => new Measurement<int>(index + 1, new KeyValuePair<string, object?>("name", name))));

        Assert.That(Read().Sum("seen"), Is.EqualTo(3));
        Assert.That(Read().Sum("seen"), Is.EqualTo(3), "looked at, not added up");
        seen.Remove("two");
        Assert.That(Read().Samples("seen").Single().Labels["name"], Is.EqualTo("one"));
    }

    [Test]
    public void Meter_OfAnotherContainer_IsNotRead()
    {
        using var other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().CreateMeter().CreateCounter<long>("elsewhere").Add(1);

        Assert.That(Read().Families, Does.Not.ContainKey("elsewhere_total"));
    }

    [Test]
    public void Recording_UnderKnownLabels_AllocatesNothing()
    {
        var counter = _meter.CreateCounter<long>("hot");
        var histogram = _meter.CreateHistogram<double>("warm", "s");
        Record(counter, histogram);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Record(counter, histogram);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Record(Counter<long> counter, Histogram<double> histogram)
    {
        var tags = new TagList { { Telemetry.Provider, "openai" }, { Telemetry.ModelGroup, "chat" }, { Telemetry.Outcome, "good" } };
        counter.Add(1, tags);
        histogram.Record(0.5, tags);
    }

    private Exposition Read() => Exposition.Parse(_collector.Write());
}
