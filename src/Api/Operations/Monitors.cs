using SaasLlm.Api.Operations.Otlp;
using SaasLlm.Api.Operations.Prometheus;

namespace SaasLlm.Api.Operations;

internal static class Monitors
{
    /// <summary>What tells Prometheus, and a collector of OpenTelemetry's, how the service does.</summary>
    public static void AddMonitors(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RequestMetrics>();
        builder.Services.AddSingleton<MetricsCollector>();
        builder.Services.AddOptions<OtlpOptions>()
            .Bind(builder.Configuration.GetSection(OtlpOptions.Section))
            .PostConfigure<IConfiguration>(static (options, configuration) => options.TakeStandardNames(configuration))
            .ValidateDataAnnotations()
            .Validate(options => options.IsUsable, "Otlp: Endpoint must be an http or https address, and Protocol grpc or http/protobuf.")
            .ValidateOnStart();
        builder.Services.AddSingleton<OtlpExport>();
    }
}
