using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Which models may serve a call, in the order in which to try them.</summary>
/// <param name="Name">What the caller knows it by: the group, or the model it asked for.</param>
/// <param name="Targets">At least one model, all active and priced.</param>
internal sealed record ModelRoute(string Name, IReadOnlyList<CatalogModel> Targets)
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
    public static Result<ModelRoute> Resolve(TeamAccess team, CatalogSnapshot catalog, string? modelGroup, string? model, Random random)
    {
        var group = modelGroup ?? (model is not null && team.ModelGroups.Contains(model) ? model : null);
        if (group is null && model is null)
        {
            if (team.ModelGroups.Count > 0)
                group = team.ModelGroups[0];
            else if (team.AccessGroups.Count > 0)
                return OfAccessGroup(team.AccessGroups[0], catalog);
            else
                return NoDefault;
        }

        if (group is not null)
        {
            return team.ModelGroups.Contains(group) && catalog.Groups.TryGetValue(group, out var members)
                ? Of(group, RouteOrder.Of(members, catalog, random), members.CacheTtlSeconds)
                : Denied;
        }

        foreach (var name in team.AccessGroups)
        {
            if (catalog.AccessGroups.TryGetValue(name, out var aliases) && aliases.Contains(model!))
                return Of(model!, catalog.Models.TryGetValue(model!, out var found) && found.Active ? [found] : []);
        }

        return Denied;
    }

    /// <summary>A team with access groups only and no wish of its own is served by the cheapest model of the first; the others are fallbacks.</summary>
    private static Result<ModelRoute> OfAccessGroup(string name, CatalogSnapshot catalog)
    {
        if (!catalog.AccessGroups.TryGetValue(name, out var aliases))
            return Denied;

        var models = aliases
            .Select(alias => catalog.Models.GetValueOrDefault(alias))
            .OfType<CatalogModel>()
            .Where(model => model.Active)
            .OrderBy(model => model.Prices is { } prices ? prices.InputUsdPerMillion + prices.OutputUsdPerMillion : decimal.MaxValue)
            .ThenBy(model => model.Alias, StringComparer.Ordinal);
        return Of(name, [.. models]);
    }

    private static Result<ModelRoute> Of(string name, IReadOnlyList<CatalogModel> models, int? cacheTtlSeconds = null)
    {
        if (models.Count == 0)
            return NothingActive;

        foreach (var model in models)
        {
            if (model.Prices is null)
            {
                // Rare: an unpriced model in a group is left out, and only then is a new list made.
                var priced = models.Where(candidate => candidate.Prices is not null).ToArray();
                return priced.Length == 0 ? NotPriced : new ModelRoute(name, priced) { CacheTtlSeconds = cacheTtlSeconds };
            }
        }

        return new ModelRoute(name, models) { CacheTtlSeconds = cacheTtlSeconds };
    }
}
