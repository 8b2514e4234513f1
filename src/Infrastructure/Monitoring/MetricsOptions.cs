using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.Monitoring;

/// <summary>What monitors may read: configuration section <c>Metrics</c>.</summary>
public sealed record MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>Whether <c>/metrics</c> is there, in Prometheus' text form; default true. Without it nothing is added up for it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether anybody may read it, who need not show an operator's key; default false.</summary>
    public bool Anonymous { get; init; }

    /// <summary>How often running calls and what they hold are counted in the database, in seconds; 1 to 3,600, default 5.</summary>
    [Range(1, 3600)]
    public int CountIntervalSeconds { get; init; } = 5;
}
