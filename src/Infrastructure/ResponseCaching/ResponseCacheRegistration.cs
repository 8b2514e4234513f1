using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ResponseCaching;

internal static class ResponseCacheRegistration
{
    /// <summary>Lays the cache over the gateway, which must be registered.</summary>
    public static void AddResponseCache(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ResponseCacheOptions>()
            .Bind(configuration.GetSection(ResponseCacheOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<ResponseCacheMetrics>();
        services.AddSingleton<AnswerSeal>();
        services.AddSingleton<AnswerStore>();
        services.Decorate<ILlmGateway, CachingGateway>();
    }
}
