using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Which models may serve a call.</summary>
/// <param name="Name">What the caller knows it by: the group, or the model it asked for.</param>
/// <param name="Targets">At least one model, all active and priced.</param>
internal sealed record ModelRoute(string Name, RouteTargets Targets)
{
    private static readonly Error Denied =
        new("model_access_denied", "Model access denied: the team has no grant for it.", ErrorKind.Forbidden);

    private static readonly Error NotPriced =
        new("model_not_priced", "None of the models that could serve this has a price; the operator must set one (zero for a free model).", ErrorKind.Conflict);

    private static readonly Error NothingActive =
        new("model_unavailable", "None of the models that could serve this is active.", ErrorKind.Conflict);

    private static readonly Error NoDefault =
        Error.Field("model_group", "is required: the team has no model group of its own.");

    /// <summary>How long the group's answers may serve again, in seconds; null: as the team says.</summary>
    public int? CacheTtlSeconds { get; init; }

    /// <summary>What the request says of the cache, else the group, else the team; null where it is off.</summary>
    public CachePolicy? CachePolicyFor(TeamAccess team, ChatRequest request) =>
        (request.CacheTtlSeconds ?? CacheTtlSeconds ?? team.CacheTtlSeconds) is { } ttl and > 0 ? new CachePolicy(team.TeamId, Name, ttl) : null;

    /// <summary>Resolves what the caller asked for against what its team is granted.</summary>
    public static Result<ModelRoute> Resolve(TeamAccess team, CatalogSnapshot catalog, string? modelGroup, string? model)
    {
        if (model == ChatRequest.AutoModel)
            model = null;
        var group = modelGroup ?? (model is not null && team.ModelGroups.Contains(model) ? model : null);
        if (group is null && model is null)
        {
            if (team.ModelGroups.Count > 0)
                group = team.ModelGroups[0];
            else if (team.AccessGroups.Count > 0)
                return Of(catalog, RouteKind.AccessGroup, team.AccessGroups[0]);
            else
                return NoDefault;
        }

        if (group is not null)
        {
            return team.ModelGroups.Contains(group) ? Of(catalog, RouteKind.Group, group) : Denied;
        }

        foreach (var name in team.AccessGroups)
        {
            if (catalog.AccessGroups.TryGetValue(name, out var aliases) && aliases.Contains(model!))
                return Of(catalog, RouteKind.Model, model!);
        }

        return Denied;
    }

    /// <summary>A name's route, worked out by the first call that wants it.</summary>
    private static Result<ModelRoute> Of(CatalogSnapshot catalog, RouteKind kind, string name)
    {
        var known = new RouteName(kind, name);
        if (catalog.Routes.TryGetValue(known, out var route))
            return route;

        // Kept only where the catalogue knows the name: a team's grants bound the names, but those of deleted groups are no use.
        return WorkOut(catalog, kind, name) is not { } made ? Denied : catalog.Routes.GetOrAdd(known, made);
    }

    private static Result<ModelRoute>? WorkOut(CatalogSnapshot catalog, RouteKind kind, string name) => kind switch
    {
        RouteKind.Group => catalog.Groups.TryGetValue(name, out var group) ? Of(name, RouteOrder.Of(group, catalog), group.CacheTtlSeconds) : default(Result<ModelRoute>?),
        RouteKind.Model => Of(name, catalog.Models.TryGetValue(name, out var model) && model.Active ? [model] : []),
        _ => catalog.AccessGroups.TryGetValue(name, out var aliases) ? Of(name, ByPrice(aliases, catalog)) : default(Result<ModelRoute>?),
    };

    /// <summary>A team with access groups only and no wish of its own is served by the cheapest model of the first; the others are fallbacks.</summary>
    private static RouteTargets ByPrice(IReadOnlySet<string> aliases, CatalogSnapshot catalog) =>
    [
        .. aliases
            .Select(alias => catalog.Models.GetValueOrDefault(alias))
            .OfType<CatalogModel>()
            .Where(model => model.Active)
            .OrderBy(model => model.Prices is { } prices ? prices.InputUsdPerMillion + prices.OutputUsdPerMillion : decimal.MaxValue)
            .ThenBy(model => model.Alias, StringComparer.Ordinal),
    ];

    private static Result<ModelRoute> Of(string name, RouteTargets targets, int? cacheTtlSeconds = null)
    {
        if (targets.Count == 0)
            return NothingActive;
        if (targets.All(model => model.Prices is not null))
            return new ModelRoute(name, targets.Named(name)) { CacheTtlSeconds = cacheTtlSeconds };

        var priced = targets.Items.ToArray().Where(target => target.Model.Prices is not null).ToArray();
        return priced.Length == 0
            ? NotPriced
            : new ModelRoute(name, new RouteTargets(priced, targets.Strategy, targets.HedgeAfterMs) { Name = name }) { CacheTtlSeconds = cacheTtlSeconds };
    }
}
