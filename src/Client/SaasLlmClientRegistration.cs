using Microsoft.Extensions.DependencyInjection;

namespace SaasLlm.Client;

/// <summary>The client for dependency injection.</summary>
public static class SaasLlmClientRegistration
{
    /// <summary>Registers one <see cref="SaasLlmClient"/> for the whole application; it keeps its connections and is closed with the container.</summary>
    /// <exception cref="ArgumentException">On first use: the address or the key is missing.</exception>
    public static IServiceCollection AddSaasLlmClient(this IServiceCollection services, Action<SaasLlmClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton(provider =>
        {
            var options = new SaasLlmClientOptions();
            configure(options);
            return SaasLlmClient.Connect(options, provider.GetService<TimeProvider>());
        });
    }
}
