using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>What is counted of webhooks; nothing names one.</summary>
internal sealed class WebhookMetrics
{
    private readonly Counter<long> _attempts;
    private long _backlog;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateMeter();
        _attempts = meter.CreateCounter<long>("saasllm.webhooks.attempts", "{attempt}", "Events sent to webhooks, by outcome.");
        meter.CreateObservableGauge(
            "saasllm.webhooks.backlog", () => Volatile.Read(ref _backlog), "{event}", "Events that wait for webhooks, those of all nodes, as last counted.");
    }

    public void Attempted(bool ok) => _attempts.Add(1, new KeyValuePair<string, object?>(Telemetry.Outcome, ok ? "delivered" : "failed"));

    public void Counted(long pending) => Volatile.Write(ref _backlog, pending);
}
