using SaasLlm.Application.Byok;
using SaasLlm.Domain.Byok;

namespace SaasLlm.Application.Ports;

/// <summary>The keys that callers brought, as calls use them; cached on each node and dropped when they change.</summary>
public interface IByokDirectory
{
    /// <summary>The keys that serve a caller: the user's own, and the organization's for the other providers; <see cref="ByokKeys.None"/> where there are none.</summary>
    /// <param name="userId">Null: the organization's alone.</param>
    ValueTask<ByokKeys> FindAsync(string organizationId, string? userId, CancellationToken cancellationToken);
}

/// <summary>The keys that serve one caller, at most one a provider.</summary>
/// <param name="byProvider">By <see cref="ByokProviders.Canonical"/> name.</param>
public sealed class ByokKeys(IReadOnlyDictionary<string, ByokKey> byProvider)
{
    public static ByokKeys None { get; } = new(new Dictionary<string, ByokKey>(StringComparer.Ordinal));

    public bool IsEmpty => byProvider.Count == 0;

    /// <summary>The key that reaches nearly every model; null where the caller brought none.</summary>
    public ByokKey? OpenRouter => byProvider.GetValueOrDefault(ByokProviders.OpenRouter);

    /// <summary>The key that serves a model: its provider's, else OpenRouter's where that has the model; null where neither does.</summary>
    public ByokKey? For(CatalogModel model)
    {
        ArgumentNullException.ThrowIfNull(model);

        // What the operator promises to keep on its own machines does not leave them because a caller has a key.
        if (byProvider.Count == 0 || model.Local)
            return null;
        if (byProvider.TryGetValue(ByokProviders.Canonical(model.Provider), out var own))
            return own;

        return OpenRouter is { } router && OpenRouterNames.Of(model) is not null ? router : null;
    }

    /// <summary>True where at least one of the models is served by one of these keys, so that no other key is used for the call.</summary>
    public bool ServeAny(RouteTargets targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (byProvider.Count == 0)
            return false;

        foreach (ref readonly var target in targets.Items)
        {
            if (For(target.Model) is not null)
                return true;
        }

        return false;
    }
}

/// <summary>A key that a user or an organization brought. The secret is the gateway's alone.</summary>
/// <param name="keyId">Names it in the records of calls.</param>
/// <param name="provider">Canonical name.</param>
/// <param name="fallsBackToPlatform">True where the operator's credentials, and so the caller's credits, may serve when this key fails.</param>
public abstract class ByokKey(Guid keyId, string provider, bool fallsBackToPlatform)
{
    public Guid KeyId => keyId;

    public string Provider => provider;

    public bool FallsBackToPlatform => fallsBackToPlatform;

    /// <summary>The name by which this key's provider knows a model that the key serves.</summary>
    public string UpstreamModelOf(CatalogModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return provider == ByokProviders.OpenRouter ? OpenRouterNames.Of(model)! : model.UpstreamModel;
    }
}
