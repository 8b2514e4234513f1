using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>What is counted of upstream requests.</summary>
internal sealed class UpstreamMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _streamFaults;
    private readonly Counter<long> _circuits;
    private readonly Counter<long> _cooldowns;
    private readonly Counter<long> _hedges;

    public UpstreamMetrics(IMeterFactory meters)
    {
        _meter = meters.CreateMeter();
        _requests = _meter.CreateCounter<long>(
            "saasllm.upstream.requests", "{request}", "Requests sent upstream, retries and fallbacks included, by how each ended.");
        _duration = _meter.CreateHistogram(
            "gen_ai.client.operation.duration", "s", "Time of a request sent upstream to its whole answer, or to the headers of a stream.", advice: Telemetry.Seconds);
        _streamFaults = _meter.CreateCounter<long>("saasllm.upstream.stream_faults", "{stream}", "Streams that broke after they had begun, by error code.");
        _circuits = _meter.CreateCounter<long>("saasllm.upstream.circuit_changes", "{change}", "Circuits that opened, half opened or closed.");
        _cooldowns = _meter.CreateCounter<long>("saasllm.upstream.cooldowns", "{cooldown}", "Deployments that this node began to leave alone, by reason.");
        _hedges = _meter.CreateCounter<long>(
            "saasllm.upstream.hedges", "{request}", "Second requests of silent calls, by the provider asked second and whether it won.");
    }

    /// <summary>Has open circuits counted whenever somebody reads.</summary>
    public void WatchCircuits(Func<IEnumerable<Measurement<int>>> open) => _meter.CreateObservableGauge(
        "saasllm.upstream.open_circuits", open, "{circuit}", "Circuits of the operator's deployments that let nothing through now.");

    public void Attempted(string provider, string modelGroup, UpstreamOperation operation, string outcome, TimeSpan elapsed)
    {
        if (_requests.Enabled)
            _requests.Add(1, new TagList { { Telemetry.Provider, provider }, { Telemetry.ModelGroup, modelGroup }, { Telemetry.Outcome, outcome } });
        if (!_duration.Enabled)
            return;

        var tags = new TagList { { "gen_ai.operation.name", NameOf(operation) }, { Telemetry.Provider, provider }, { Telemetry.ModelGroup, modelGroup } };
        if (outcome != "good")
            tags.Add("error.type", outcome);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void StreamFaulted(string provider, string code) =>
        _streamFaults.Add(1, new TagList { { Telemetry.Provider, provider }, { "code", code } });

    public void Cooled(string provider, string reason) =>
        _cooldowns.Add(1, new TagList { { Telemetry.Provider, provider }, { "reason", reason } });

    public void Hedged(string provider, bool won) =>
        _hedges.Add(1, new TagList { { Telemetry.Provider, provider }, { Telemetry.Outcome, won ? "won" : "lost" } });

    public void CircuitChanged(string provider, string state) =>
        _circuits.Add(1, new TagList { { Telemetry.Provider, provider }, { "state", state } });

    /// <summary>As OpenTelemetry's conventions call it, where they do.</summary>
    public static string NameOf(UpstreamOperation operation) => operation switch
    {
        UpstreamOperation.Chat => "chat",
        UpstreamOperation.Embeddings => "embeddings",
        _ => "image_generation",
    };
}
