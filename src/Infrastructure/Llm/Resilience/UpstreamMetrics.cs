using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>What is counted of upstream requests. Tags name the provider, never a model of a customer or a key.</summary>
internal sealed class UpstreamMetrics
{
    private readonly Counter<long> _requests = Telemetry.Meter.CreateCounter<long>(
        "saasllm.upstream.requests", "{request}", "Requests sent upstream, by provider and outcome.");

    private readonly Histogram<double> _duration = Telemetry.Meter.CreateHistogram<double>(
        "saasllm.upstream.duration", "s", "Time to the whole answer, or to the headers of a stream.");

    private readonly Counter<long> _streamFaults = Telemetry.Meter.CreateCounter<long>(
        "saasllm.upstream.stream_faults", "{stream}", "Streams that broke after they had begun, by provider and error code.");

    private readonly Counter<long> _circuits = Telemetry.Meter.CreateCounter<long>(
        "saasllm.upstream.circuit_changes", "{change}", "Circuits that opened, half opened or closed, by provider.");

    private readonly Counter<long> _cooldowns = Telemetry.Meter.CreateCounter<long>(
        "saasllm.upstream.cooldowns", "{cooldown}", "Deployments that this node began to leave alone, by provider and reason.");

    private readonly Counter<long> _hedges = Telemetry.Meter.CreateCounter<long>(
        "saasllm.upstream.hedges", "{request}", "Second requests of silent calls, by the provider asked second and whether it won.");

    public void Attempted(string provider, string outcome, TimeSpan elapsed)
    {
        if (!_requests.Enabled && !_duration.Enabled)
            return;

        var tags = new TagList { { "provider", provider }, { "outcome", outcome } };
        _requests.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void StreamFaulted(string provider, string code) =>
        _streamFaults.Add(1, new TagList { { "provider", provider }, { "code", code } });

    public void Cooled(string provider, string reason) =>
        _cooldowns.Add(1, new TagList { { "provider", provider }, { "reason", reason } });

    public void Hedged(string provider, bool won) =>
        _hedges.Add(1, new TagList { { "provider", provider }, { "outcome", won ? "won" : "lost" } });

    public void CircuitChanged(string provider, string state) =>
        _circuits.Add(1, new TagList { { "provider", provider }, { "state", state } });
}
