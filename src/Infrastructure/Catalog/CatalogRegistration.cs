using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.ProviderCredentials;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.Catalog;

public static class CatalogRegistration
{
    /// <summary>What the catalogue and the provider credentials need beyond repositories and caches, which are found by scanning.</summary>
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
            EncryptionKeys.From(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()));
        services.AddSingleton<ISecretBox, SecretBox>();
        services.AddScoped<CatalogSeed>();
        services.AddScoped<RewrapCredentials>();
    }

    /// <summary>At start-up, after the migrations: fills in the built-in models and re-encrypts credentials after a key rotation.</summary>
    /// <exception cref="InvalidOperationException">The ring of encryption keys is malformed.</exception>
    public static async Task PrepareCatalogAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CatalogSeed>().ApplyAsync(cancellationToken);
        await scope.ServiceProvider.GetRequiredService<RewrapCredentials>().ApplyAsync(cancellationToken);
    }
}
