using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>Finds the credential of each model and keeps the deployments made of both, with what is known of them.</summary>
internal sealed class Deployments(
    IProviderKeys storedKeys,
    EnvironmentKeys environmentKeys,
    ProviderDialects dialects,
    UpstreamHttp http,
    Circuits circuits,
    Cooldowns cooldowns,
    IHostEnvironment environment,
    IOptions<LlmOptions> options)
{
    /// <summary>Past this number all are forgotten, circuits included: a bound on memory that no sane operator meets.</summary>
    private const int MaxKept = 8192;

    private static readonly ProviderKey SandboxKey = new("sandbox", string.Empty, new Uri("http://sandbox.invalid/v1"));

    private readonly ConcurrentDictionary<DeploymentKey, Deployment> _kept = new();
    private readonly bool _sandboxAllowed = options.Value.Sandbox switch
    {
        SandboxMode.On => true,
        SandboxMode.Off => false,
        _ => environment.IsDevelopment(),
    };

    /// <summary>
    /// The targets that can be served, by priority. The sandbox stands in only where no target at all has a credential:
    /// a real model's fallback must never be an invented answer.
    /// </summary>
    public async ValueTask<Route[]> ResolveAsync(RouteTargets targets, string organizationId, CancellationToken cancellationToken)
    {
        var routes = new Route[targets.Count];
        var count = 0;
        for (var i = 0; i < targets.Count; i++)
        {
            var (model, priority, weight) = targets.Items[i];
            var credential = await storedKeys.FindAsync(model.Provider, organizationId, cancellationToken) ?? environmentKeys.Find(model.Provider);
            if (credential is not null && BaseOf(model.Provider, credential.ApiBase) is { } address)
                routes[count++] = new Route(model, priority, weight, Get(model, credential, address, string.Empty));
        }

        if (count == 0 && _sandboxAllowed)
        {
            for (; count < targets.Count; count++)
            {
                var (model, priority, weight) = targets.Items[count];
                routes[count] = new Route(model, priority, weight, Get(model, SandboxKey, SandboxKey.ApiBase!, organizationId));
            }
        }

        return count == routes.Length ? routes : routes[..count];
    }

    /// <summary>The credential's own base address, else the provider's; null where neither is known.</summary>
    public static Uri? BaseOf(string provider, Uri? apiBase) => apiBase ?? KnownProviders.Find(provider)?.DefaultBase;

    private Deployment Get(CatalogModel model, ProviderKey credential, Uri address, string scope)
    {
        var key = new DeploymentKey(model.Provider, model.UpstreamModel, credential.Identity, scope);

        // A credential that was changed in place makes a new deployment, whose circuit is closed.
        if (_kept.TryGetValue(key, out var kept) && (ReferenceEquals(kept.Credential, credential) || kept.Credential == credential))
            return kept;

        if (_kept.Count >= MaxKept)
            _kept.Clear();
        var deployment = _kept[key] = Create(key, credential, address);
        cooldowns.Know(deployment, isReplaced: kept is not null);
        return deployment;
    }

    private Deployment Create(DeploymentKey key, ProviderKey credential, Uri address)
    {
        // The sandbox speaks OpenAI's form, whoever it stands in for.
        var isSandbox = ReferenceEquals(credential, SandboxKey);
        var dialect = isSandbox ? dialects.OpenAi : dialects.Of(key.Provider);
        var deployment = new Deployment
        {
            Provider = key.Provider,
            UpstreamModel = key.UpstreamModel,
            Credential = credential,
            Name = $"{key.Provider}/{key.UpstreamModel}@{key.CredentialIdentity}" + (key.Scope.Length == 0 ? string.Empty : "#" + key.Scope),
            Address = dialect.AddressOf(UpstreamOperation.Chat, address, key.UpstreamModel)!,
            ApiBase = address,
            Dialect = dialect,
            Headers = dialect.Headers(credential.ApiKey),
            Http = isSandbox ? http.Sandbox : http.Network,
            IsInvented = isSandbox,
        };
        deployment.Circuit = circuits.Create(deployment);
        return deployment;
    }
}
