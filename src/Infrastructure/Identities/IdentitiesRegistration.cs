using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Identities.Oidc;

namespace SaasLlm.Infrastructure.Identities;

internal static class IdentitiesRegistration
{
    /// <summary>Registers what users are known by; the directory comes with the caches, repositories with theirs.</summary>
    public static void AddIdentities(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SignInOptions>().Bind(configuration.GetSection(SignInOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SignInOptions>>().Value);
        services.AddSingleton<IPasswords, Passwords>();
        services.AddSingleton<KeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUses>());

        services.AddOptions<OidcOptions>()
            .Bind(configuration.GetSection(OidcOptions.Section))
            .ValidateDataAnnotations()
            .Validate(options => options.Problem is null, "Auth:Oidc: Issuer must be an https address (http on loopback only), and needs Audience.")
            .ValidateOnStart();
        services.AddSingleton<OidcHttp>();
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<JwtValidator>();
        services.AddSingleton<TokenMemory>();
        services.AddSingleton<IIdentityProvider, OidcProvider>();
    }
}
