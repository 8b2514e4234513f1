using System.ComponentModel.DataAnnotations;
using OpenTelemetry.Exporter;

namespace SaasLlm.Api.Operations.Otlp;

/// <summary>Where traces and metrics are sent, in OpenTelemetry's protocol: configuration section <c>Otlp</c>.</summary>
internal sealed record OtlpOptions
{
    public const string Section = "Otlp";

    private const string Grpc = "grpc";
    private const string Http = "http/protobuf";

    /// <summary>The collector's address, without the path of a signal; default <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and without either nothing is sent.</summary>
    public string? Endpoint { get; set; }

    /// <summary><c>http/protobuf</c> or <c>grpc</c>; default <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, else <c>http/protobuf</c>.</summary>
    public string? Protocol { get; set; }

    /// <summary>What each request to the collector carries, as <c>name=value,name=value</c>; default <c>OTEL_EXPORTER_OTLP_HEADERS</c>.</summary>
    public string? Headers { get; init; }

    /// <summary>Share of requests that are traced, where the caller's own trace does not decide; 0 to 1, default 1.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; init; } = 1;

    /// <summary>How often metrics are sent, in seconds; 1 to 3,600, default 60.</summary>
    [Range(1, 3600)]
    public int MetricsIntervalSeconds { get; init; } = 60;

    /// <summary>What this service is called there; default <c>saasllm</c>.</summary>
    [Required]
    public string ServiceName { get; init; } = "saasllm";

    /// <summary>Tells the nodes apart; default the machine's name and the process's id.</summary>
    [Required]
    public string InstanceId { get; init; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    public bool IsOn => !string.IsNullOrEmpty(Endpoint);

    public bool IsUsable =>
        !IsOn || (Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && Protocol is null or Grpc or Http);

    public OtlpExportProtocol ExportProtocol => Protocol == Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;

    /// <summary>Where a signal goes: over HTTP each has a path of its own.</summary>
    public Uri AddressOf(string signal) =>
        ExportProtocol == OtlpExportProtocol.Grpc ? new Uri(Endpoint!) : new Uri($"{Endpoint!.TrimEnd('/')}/v1/{signal}");

    /// <summary>What is not set here may be set as for any other program. The headers' name is the exporter's own business.</summary>
    public void TakeStandardNames(IConfiguration configuration)
    {
        Endpoint ??= configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        Protocol ??= configuration["OTEL_EXPORTER_OTLP_PROTOCOL"];
    }
}
