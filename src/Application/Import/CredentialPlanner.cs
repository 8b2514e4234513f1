using System.Globalization;
using SaasLlm.Application.Ports;
using SaasLlm.Application.ProviderCredentials;

namespace SaasLlm.Application.Import;

/// <summary>
/// Gives each key and address of the file a provider of its own: the first of a kind its plain name, the next
/// <c>azure.2</c>. A name that serves with an operator's own credential is passed over, so that nothing that works is rerouted.
/// </summary>
internal sealed class CredentialPlanner(ImportState state, IConfigFiles files, IReadOnlyDictionary<string, string> variables, bool canEncrypt)
{
    /// <summary>By this name an import knows its own credentials again.</summary>
    public const string CredentialName = "litellm";

    // Servers on one's own machines often want no key, but a credential has one.
    private const string NoKey = "none";

    private readonly Dictionary<(string Kind, string Key, string Address, string Version), string> _providers = [];
    private readonly List<PlannedCredential> _planned = [];

    public IReadOnlyList<PlannedCredential> Planned => _planned;

    /// <summary>The provider under which a deployment's key serves.</summary>
    /// <param name="kind">Our name of what provider it is.</param>
    public string ProviderOf(LiteLlmDeployment deployment, string kind)
    {
        // Without either, the provider's usual environment variables serve, as they do there.
        if (deployment.ApiKey is null && deployment.ApiBase is null)
            return kind;

        var identity = (kind, deployment.ApiKey?.Text ?? "", deployment.ApiBase?.Text ?? "", deployment.ApiVersion?.Text ?? "");
        if (_providers.TryGetValue(identity, out var known))
            return known;

        var provider = NextFree(kind);
        _providers.Add(identity, provider);
        _planned.Add(Plan(deployment, kind, provider));
        return provider;
    }

    /// <summary>The value, or what the environment says; null where it says nothing.</summary>
    public string? Resolve(LiteLlmSetting? setting) =>
        setting?.Variable is not { } name ? setting?.Text : variables.GetValueOrDefault(name) ?? files.FindVariable(name);

    private string NextFree(string kind)
    {
        for (var number = 1; ; number++)
        {
            var provider = number == 1 ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}.{number}");
            if (!_providers.ContainsValue(provider) && state.Credentials[provider].All(IsImported))
                return provider;
        }
    }

    private static bool IsImported(ProviderCredentialResponse credential) => credential.CredentialName == CredentialName;

    private PlannedCredential Plan(LiteLlmDeployment deployment, string kind, string provider)
    {
        var path = deployment.Path + ".litellm_params.api_key";
        if (state.Credentials[provider].Any())
            return new(new ImportedItem(provider, path, ImportedItem.Unchanged, "is here already; its key is left as it is."));

        foreach (var setting in new[] { deployment.ApiKey, deployment.ApiBase, deployment.ApiVersion })
        {
            if (setting is not null && Resolve(setting) is null)
                return Skipped($"the environment variable {setting.Variable} is not set for this service.");
        }

        var apiBase = Resolve(deployment.ApiBase) is { } given ? LiteLlmProviders.Address(kind, given, Resolve(deployment.ApiVersion)) : null;
        if (apiBase is null && Domain.ProviderCredentials.Providers.NeedApiBase(provider))
            return Skipped("needs an api_base.");
        if (!canEncrypt)
            return Skipped(Domain.ProviderCredentials.ProviderCredentialsErrors.EncryptionNotConfigured().Message);

        var create = new CreateProviderCredential(provider, CredentialName, Resolve(deployment.ApiKey) ?? NoKey, apiBase);
        var broken = new CreateProviderCredentialValidator().Validate(create);
        return broken.IsValid
            ? new(new ImportedItem(provider, path, ImportedItem.Created, deployment.ApiKey is null ? "has no key there; 'none' stands in its place." : null), create)
            : Skipped($"{broken.Errors[0].PropertyName} {broken.Errors[0].ErrorMessage}");

        PlannedCredential Skipped(string reason) => new(new ImportedItem(provider, path, ImportedItem.Skipped, reason));
    }
}
