using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SaasLlm.Infrastructure.Monitoring;

internal static class MonitoringRegistration
{
    /// <summary>What is measured beside the features that measure themselves.</summary>
    public static void AddMonitoring(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMetrics();
        services.AddOptions<MetricsOptions>().Bind(configuration.GetSection(MetricsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<HoldMetrics>();
        services.AddHostedService<HoldCount>();
    }
}
