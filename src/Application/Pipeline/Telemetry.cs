using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SaasLlm.Application.Pipeline;

/// <summary>The one activity source and the one meter of the product.</summary>
public static class Telemetry
{
    public const string Name = "SaasLlm";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);
}
