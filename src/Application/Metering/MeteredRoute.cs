using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Metering;

/// <summary>Which models may serve a metered call.</summary>
/// <param name="Name">What the caller sees as the model; null: the alias of the one that answers.</param>
/// <param name="Targets">At least one model.</param>
internal sealed record MeteredRoute(string? Name, RouteTargets Targets)
{
    /// <summary>True where a model is granted only because the caller brought a key for it: the platform's must not serve the call, whatever the key may fall back to.</summary>
    public bool OwnKeysOnly { get; init; }

    /// <summary>A model named by its caller, or the router's choice among those that the caller may use.</summary>
    public static Result<MeteredRoute> Resolve(in RouteGrants grants, CatalogSnapshot catalog, CallShape shape, TokenUsage estimate)
    {
        if (grants.Team is { } team)
            return OfTeam(team, catalog, shape, estimate);

        var route = shape.NamesModel ? OfName(grants, catalog, shape) : OfChoice(grants, catalog, shape, estimate);
        return route.IsSuccess ? route.Value with { OwnKeysOnly = !grants.PlatformServes(route.Value.Targets) } : route;
    }

    /// <summary>The router compares prices, so a model that has none must be named.</summary>
    private static Result<MeteredRoute> OfChoice(in RouteGrants grants, CatalogSnapshot catalog, CallShape shape, TokenUsage estimate)
    {
        var tier = grants;
        var usable = catalog.Models.Values.Where(model => model.Active && model.Mode == shape.Mode && model.Prices is not null && tier.Grant(model));
        return Choose(usable, shape, estimate, grants.Tier?.DefaultModel);
    }

    /// <summary>True where nothing of the call can be charged: a caller's own key serves, and only such keys.</summary>
    public bool IsServedOnlyBy(ByokKeys keys)
    {
        if (!keys.ServeAny(Targets))
            return false;
        if (OwnKeysOnly)
            return true;

        foreach (ref readonly var target in Targets.Items)
        {
            if (keys.For(target.Model) is { FallsBackToPlatform: true })
                return false;
        }

        return true;
    }

    private static Result<MeteredRoute> OfName(in RouteGrants grants, CatalogSnapshot catalog, CallShape shape)
    {
        var name = shape.Model!;
        if (!catalog.Models.TryGetValue(name, out var model) || !model.Active || model.Mode != shape.Mode || !grants.Grant(model))
            return Unlisted(grants, name, model) is { } reachable ? new MeteredRoute(null, [reachable]) : MeteringErrors.ModelNotFound(name);
        if (model.Prices is null && !grants.HasKeyFor(model))
            return MeteringErrors.NotPriced(name);
        if (shape.Intent.PrivacyRequired && !model.Local)
            return MeteringErrors.NotLocal();

        return new MeteredRoute(null, [model]);
    }

    /// <summary>With a key of OpenRouter's, whatever OpenRouter knows by that name can be called.</summary>
    private static CatalogModel? Unlisted(in RouteGrants grants, string name, CatalogModel? listed) =>
        listed is null && grants.Keys.OpenRouter is not null && name.Contains('/', StringComparison.Ordinal)
            ? new CatalogModel { Alias = name, Provider = Domain.Byok.ByokProviders.OpenRouter, UpstreamModel = name, Active = true }
            : null;

    /// <summary>A team calls what it was granted; the router chooses within its first group, or else among its access groups.</summary>
    private static Result<MeteredRoute> OfTeam(TeamAccess team, CatalogSnapshot catalog, CallShape shape, TokenUsage estimate)
    {
        var intent = shape.Intent;
        var granted = ModelRoute.Resolve(team, catalog, null, shape.NamesModel ? shape.Model : null);
        if (!granted.IsSuccess)
            return shape.NamesModel && granted.Error.Kind == ErrorKind.Forbidden ? MeteringErrors.ModelNotFound(shape.Model!) : granted.Error;

        var route = granted.Value;
        var modes = route.Targets.Where(model => model.Mode == shape.Mode).ToList();
        if (modes.Count == 0)
            return shape.NamesModel ? MeteringErrors.ModelNotFound(shape.Model!) : MeteringErrors.NoModels();
        if (shape.NamesModel && intent.PrivacyRequired && modes.Exists(model => !model.Local))
            return MeteringErrors.NotLocal();
        if (shape.NamesModel || intent is { Power: null or PowerLevel.Balanced, TaskType: null, PrivacyRequired: false })
            return new MeteredRoute(route.Name, route.Targets);

        var chosen = Choose(modes, shape, estimate, modes[0].Alias);
        return chosen.IsSuccess ? new MeteredRoute(route.Name, chosen.Value.Targets.Named(route.Name)) : chosen;
    }

    private static Result<MeteredRoute> Choose(IEnumerable<CatalogModel> models, CallShape shape, TokenUsage estimate, string? defaultModel)
    {
        var chosen = IntentRouter.Choose(models, new RouteWish(shape.Intent, estimate, defaultModel));
        return chosen.IsSuccess ? new MeteredRoute(null, chosen.Value) : chosen.Error;
    }
}

/// <summary>What a caller may use.</summary>
/// <param name="Tier">What its organization has subscribed to; null: nothing, which grants as much as a trial.</param>
/// <param name="Team">The team whose grants count instead; null: none.</param>
/// <param name="Keys">Keys that the caller brought, which grant their providers' models.</param>
internal readonly record struct RouteGrants(TierTerms? Tier, TeamAccess? Team, ByokKeys Keys)
{
    public bool Grant(CatalogModel model) => TierGrants(model) || HasKeyFor(model);

    public bool HasKeyFor(CatalogModel model) => Keys.For(model) is not null;

    /// <summary>True where the caller could use all of them without a key of its own.</summary>
    public bool PlatformServes(RouteTargets targets)
    {
        foreach (ref readonly var target in targets.Items)
        {
            if (target.Model.Prices is null || !TierGrants(target.Model))
                return false;
        }

        return true;
    }

    private bool TierGrants(CatalogModel model) => model.TierRank is null || (Tier?.Rank ?? 0) >= model.TierRank;
}
