using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
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
    /// <summary>Past this number all of a kind are forgotten, circuits included: a bound on memory that no sane operator meets.</summary>
    private const int MaxKept = 8192;

    private static readonly ProviderKey SandboxKey = new("sandbox", string.Empty, new Uri("http://sandbox.invalid/v1"));

    private readonly ConcurrentDictionary<DeploymentKey, Deployment> _kept = new();

    /// <summary>Those of callers' own keys, apart, so that however many there are they make nobody forget the others.</summary>
    private readonly ConcurrentDictionary<DeploymentKey, Deployment> _own = new();
    private readonly bool _sandboxAllowed = options.Value.Sandbox switch
    {
        SandboxMode.On => true,
        SandboxMode.Off => false,
        _ => environment.IsDevelopment(),
    };

    /// <summary>
    /// The targets that can be served, by priority. Where the caller's own keys serve any of them, they alone do; the platform's
    /// follow only where each of those keys may fall back. The sandbox stands in only where no target at all has a credential:
    /// a real model's fallback must never be an invented answer.
    /// </summary>
    public ValueTask<Route[]> ResolveAsync(RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken) =>
        credentials.Byok is { } byok && byok.ServeAny(targets)
            ? ResolveOwnAsync(targets, byok, credentials, cancellationToken)
            : ResolvePlatformAsync(targets, credentials.OrganizationId, cancellationToken);

    private async ValueTask<Route[]> ResolveOwnAsync(RouteTargets targets, ByokKeys byok, GatewayCredentials credentials, CancellationToken cancellationToken)
    {
        var own = Own(targets, byok);
        if (own.Length == 0 || credentials.OwnKeysOnly || !Array.TrueForAll(own, static route => route.Deployment.Byok!.FallsBackToPlatform))
            return own;

        var platform = await ResolvePlatformAsync(targets, credentials.OrganizationId, cancellationToken);
        if (platform is [] or [{ Deployment.IsInvented: true }, ..])
            return own;

        var behind = targets.Items[^1].Priority + 1;
        for (var i = 0; i < platform.Length; i++)
            platform[i] = platform[i] with { Priority = platform[i].Priority + behind };
        return [.. own, .. platform];
    }

    private Route[] Own(RouteTargets targets, ByokKeys byok)
    {
        var routes = new Route[targets.Count];
        var count = 0;
        foreach (ref readonly var target in targets.Items)
        {
            if (byok.For(target.Model) is ByokCredential own && BaseOf(own.Provider, own.Key.ApiBase) is { } address)
            {
                var key = new DeploymentKey(own.Provider, own.UpstreamModelOf(target.Model), own.Key.Identity, string.Empty);
                routes[count++] = new Route(target.Model, target.Priority, target.Weight, Get(_own, key, own.Key, address, own));
            }
        }

        return count == routes.Length ? routes : routes[..count];
    }

    private async ValueTask<Route[]> ResolvePlatformAsync(RouteTargets targets, string organizationId, CancellationToken cancellationToken)
    {
        var routes = new Route[targets.Count];
        var count = 0;
        for (var i = 0; i < targets.Count; i++)
        {
            var (model, priority, weight) = targets.Items[i];
            var credential = await storedKeys.FindAsync(model.Provider, organizationId, cancellationToken) ?? environmentKeys.Find(model.Provider);
            if (credential is not null && BaseOf(model.Provider, credential.ApiBase) is { } address)
                routes[count++] = new Route(model, priority, weight, Get(_kept, KeyOf(model, credential, string.Empty), credential, address));
        }

        if (count == 0 && _sandboxAllowed)
        {
            for (; count < targets.Count; count++)
            {
                var (model, priority, weight) = targets.Items[count];
                routes[count] = new Route(model, priority, weight, Get(_kept, KeyOf(model, SandboxKey, organizationId), SandboxKey, SandboxKey.ApiBase!));
            }
        }

        return count == routes.Length ? routes : routes[..count];
    }

    /// <summary>The credential's own base address, else the provider's; null where neither is known.</summary>
    public static Uri? BaseOf(string provider, Uri? apiBase) => apiBase ?? KnownProviders.Find(provider)?.DefaultBase;

    private static DeploymentKey KeyOf(CatalogModel model, ProviderKey credential, string scope) =>
        new(model.Provider, model.UpstreamModel, credential.Identity, scope);

    private Deployment Get(
        ConcurrentDictionary<DeploymentKey, Deployment> among, DeploymentKey key, ProviderKey credential, Uri address, ByokCredential? byok = null)
    {
        // A credential that was changed in place makes a new deployment, whose circuit is closed.
        if (among.TryGetValue(key, out var kept) && (ReferenceEquals(kept.Credential, credential) || kept.Credential == credential))
            return kept;

        if (among.Count >= MaxKept)
            among.Clear();
        var deployment = among[key] = Create(key, credential, address, byok);
        cooldowns.Know(deployment, isReplaced: kept is not null);
        return deployment;
    }

    private Deployment Create(DeploymentKey key, ProviderKey credential, Uri address, ByokCredential? byok)
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
            Http = isSandbox ? http.Sandbox : byok?.Key.ApiBase is null ? http.Network : http.Guarded,
            Byok = byok,
            IsInvented = isSandbox,
        };
        deployment.Circuit = circuits.Create(deployment);
        return deployment;
    }
}
