using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Operations.Otlp;

/// <summary>Sends traces and metrics to a collector while it lives; at its end it sends what is left.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const string HttpClients = "System.Net.Http";
    private const string Database = "Npgsql";

    private readonly OtlpOptions _options;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    public OtlpExport(IOptions<OtlpOptions> options)
    {
        _options = options.Value;
        var resource = ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService(_options.ServiceName, serviceVersion: ServiceVersion.Text, serviceInstanceId: _options.InstanceId)
            .AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Telemetry.Name, "Microsoft.AspNetCore", HttpClients, Database)
            .SetSampler(new ParentBasedSampler(new RequestSampler(_options.SampleRatio)))
            .AddProcessor(new SpanGuard())
            .AddOtlpExporter(exporter => Configure(exporter, "traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Telemetry.Name, "Microsoft.AspNetCore.Hosting", HttpClients, Database, "System.Runtime")

            // The hosts of webhooks and of callers' own keys are the callers' business.
            .AddView(static instrument => instrument.Meter.Name == HttpClients
                ? new MetricStreamConfiguration { TagKeys = ["http.request.method", "http.response.status_code", "error.type", "http.connection.state"] }
                : null)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = _options.MetricsIntervalSeconds * 1000;
            })
            .Build();
    }

    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string signal)
    {
        exporter.Protocol = _options.ExportProtocol;
        exporter.Endpoint = _options.AddressOf(signal);
        if (_options.Headers is not null)
            exporter.Headers = _options.Headers;
    }
}

internal static class OtlpStart
{
    /// <summary>Begins to send, where there is somebody to send to; else nothing is made and nothing costs.</summary>
    public static void StartOtlpExport(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<OtlpOptions>>().Value.IsOn)
            app.Services.GetRequiredService<OtlpExport>();
    }
}
