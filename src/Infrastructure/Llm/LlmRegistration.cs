using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm;

internal static class LlmRegistration
{
    /// <summary>Registers the gateway and the probe; stored credentials (<see cref="IProviderKeys"/>) come with the catalogue.</summary>
    public static void AddLlm(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LlmOptions>()
            .Bind(configuration.GetSection(LlmOptions.Section))
            .ValidateDataAnnotations()
            .Validate(options => string.IsNullOrEmpty(options.CertificateAuthorities) || File.Exists(options.CertificateAuthorities), "Llm:CertificateAuthorities: there is no such file.")
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<UpstreamMetrics>();
        services.AddSingleton<UpstreamHttp>();
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<ProviderDialects>();
        services.AddSingleton<Cooldowns>();
        services.AddSingleton<RouteChoice>();
        services.AddSingleton<ModelSlots>();
        services.AddSingleton<Circuits>();
        services.AddSingleton<CancellationSources>();
        services.AddSingleton<UpstreamAttempts>();
        services.AddSingleton<Hedge>();
        services.AddSingleton<EnvironmentKeys>();
        services.AddSingleton<Deployments>();
        services.AddSingleton<ILlmGateway, LlmGateway>();
        services.AddSingleton<IProviderProbe, ProviderProbe>();
    }
}
