using System.Diagnostics;
using OpenTelemetry;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Operations.Otlp;

/// <summary>
/// Takes out of spans what may name a tenant or hold a secret, before they are sent: addresses of webhooks and of callers' own
/// keys, and what a caller put into its trace state.
/// </summary>
internal sealed class SpanGuard : BaseProcessor<Activity>
{
    /// <summary>What may stay of the spans that libraries make. The statements of the database are constants, without values.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "http.request.method", "http.response.status_code", "http.route", "network.protocol.version", "error.type",
        "db.system.name", "db.operation.name", "db.query.text", "db.response.status_code",
    };

    public override void OnEnd(Activity data)
    {
        data.TraceStateString = null;
        if (data.Source.Name == Telemetry.Name)
            return;

        // The words of an exception may quote a value, and an event cannot be taken out: such a span is not sent.
        if (data.Events.Any(static happened => happened.Name == "exception"))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        if (data.Status == ActivityStatusCode.Error)
            data.SetStatus(ActivityStatusCode.Error);
        foreach (var (name, _) in data.TagObjects.ToArray())
        {
            if (!Harmless.Contains(name))
                data.SetTag(name, null);
        }
    }
}
