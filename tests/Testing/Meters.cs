using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace SaasLlm.Testing;

/// <summary>Meters for what is made without a container.</summary>
public static class Meters
{
    public static IMeterFactory Factory { get; } = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
}
