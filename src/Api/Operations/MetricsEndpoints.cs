using System.Text;
using Microsoft.Extensions.Options;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Operations.Prometheus;
using SaasLlm.Infrastructure.Monitoring;

namespace SaasLlm.Api.Operations;

internal static class MetricsEndpoints
{
    public const string Path = "/metrics";

    public static void MapMetrics(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value;
        if (!options.Enabled)
            return;

        // Made now: what is counted before it listens is lost to it.
        app.Services.GetRequiredService<MetricsCollector>();
        var metrics = app.MapGet(Path, static (MetricsCollector collector) => TypedResults.Text(collector.Write(), PrometheusText.ContentType, Encoding.UTF8))
            .WithTags("Operations")
            .WithName("getMetrics")
            .WithSummary("What this node has counted since its start")
            .WithDescription("Prometheus' text form, version 0.0.4. The operator's key is asked for unless `Metrics:Anonymous` is set.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
        if (!options.Anonymous)
            metrics.ForOperators();
    }
}
