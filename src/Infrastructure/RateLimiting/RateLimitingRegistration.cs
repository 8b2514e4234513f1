using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.RateLimiting;

internal static class RateLimitingRegistration
{
    public static void AddRateLimiting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RateLimitingOptions>().Bind(configuration.GetSection(RateLimitingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LimiterMetrics>();
        services.AddSingleton<LocalLimits>();
        services.AddSingleton<SharedLeases>();
        services.AddHostedService(provider => provider.GetRequiredService<SharedLeases>());
        services.AddSingleton<SharedLimits>();
        services.AddSingleton<IRateLimiter, RateLimiter>();
    }
}
