using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>What is counted of webhooks; nothing names one.</summary>
internal sealed class WebhookMetrics
{
    private readonly Counter<long> _attempts = Telemetry.Meter.CreateCounter<long>(
        "saasllm.webhooks.attempts", "{attempt}", "Events sent to webhooks, by outcome.");

    private long _backlog;

    public WebhookMetrics() => Telemetry.Meter.CreateObservableGauge(
        "saasllm.webhooks.backlog", () => Volatile.Read(ref _backlog), "{event}", "Events that wait for webhooks, those of all nodes, as last counted.");

    public void Attempted(bool ok) => _attempts.Add(1, new TagList { { "outcome", ok ? "delivered" : "failed" } });

    public void Counted(long pending) => Volatile.Write(ref _backlog, pending);
}
