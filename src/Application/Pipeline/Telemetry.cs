using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SaasLlm.Application.Pipeline;

/// <summary>
/// The one activity source and the one meter of the product, and what their names and labels have in common. Labels are
/// bounded: they name the operator's things (providers, model groups) and outcomes, never a tenant, a key, a job or a text.
/// </summary>
public static class Telemetry
{
    public const string Name = "SaasLlm";

    /// <summary>Label: whose API, as OpenTelemetry's conventions call it.</summary>
    public const string Provider = "gen_ai.provider.name";

    /// <summary>Label: the group, or the model's alias, that was asked for; <see cref="None"/> where a caller's own key served.</summary>
    public const string ModelGroup = "saasllm.model_group";

    /// <summary>Label: how it ended.</summary>
    public const string Outcome = "outcome";

    /// <summary>The value of a label where there is nothing to name.</summary>
    public const string None = "none";

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>What requests and calls take: 5 ms to 120 s.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
    };

    /// <summary>The meter, one for each container, so that services in one process are told apart.</summary>
    public static Meter CreateMeter(this IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        return meters.Create(Name);
    }
}
