using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SaasLlm.Infrastructure.Redis;

internal static class RedisRegistration
{
    public static void AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RedisOptions>().Bind(configuration.GetSection(RedisOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<IRedis>(provider => provider.GetRequiredService<RedisConnection>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisConnection>());
        services.AddSingleton<NodeCount>();
        services.AddSingleton<INodeCount>(provider => provider.GetRequiredService<NodeCount>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeCount>());
    }
}
