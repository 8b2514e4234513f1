using System.Collections;
using System.Runtime.CompilerServices;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Ports;

/// <summary>
/// The models that may serve a call, and how to choose between them. Made once for a group and a state of the catalogue, and
/// shared by all calls; read as a list it is the models by ascending priority.
/// </summary>
[CollectionBuilder(typeof(RouteTargets), nameof(InOrder))]
public sealed class RouteTargets : IReadOnlyList<CatalogModel>
{
    private readonly RouteTarget[] _targets;

    /// <param name="targets">By ascending priority, no model twice.</param>
    /// <param name="hedgeAfterMs">Null: no hedging.</param>
    public RouteTargets(ReadOnlySpan<RouteTarget> targets, RoutingStrategy strategy = RoutingStrategy.Weighted, int? hedgeAfterMs = null)
    {
        _targets = targets.ToArray();
        Strategy = strategy;
        HedgeAfterMs = hedgeAfterMs;
        IsFixed = true;
        for (var i = 1; i < _targets.Length; i++)
            IsFixed &= _targets[i - 1].Priority < _targets[i].Priority;
    }

    /// <summary>What the operator calls the route, for metrics: a group, or a model of the catalogue. Null: it is known by the model that answers.</summary>
    public string? Name { get; init; }

    /// <summary>How the models of one priority share the load.</summary>
    public RoutingStrategy Strategy { get; }

    /// <summary>How long the first target may keep silent before the next one is asked as well, in ms; null: for ever.</summary>
    public int? HedgeAfterMs { get; }

    /// <summary>True where each has a priority of its own, so that there is nothing to choose.</summary>
    public bool IsFixed { get; }

    public int Count => _targets.Length;

    public ReadOnlySpan<RouteTarget> Items => _targets;

    public CatalogModel this[int index] => _targets[index].Model;

    /// <summary>Each model a fallback of the one before it.</summary>
    public static RouteTargets InOrder(ReadOnlySpan<CatalogModel> models)
    {
        var targets = new RouteTarget[models.Length];
        for (var i = 0; i < models.Length; i++)
            targets[i] = new RouteTarget(models[i], i, 1);
        return new RouteTargets(targets);
    }

    /// <summary>The same models under a name.</summary>
    public RouteTargets Named(string name) => new(_targets, Strategy, HedgeAfterMs) { Name = name };

    public IEnumerator<CatalogModel> GetEnumerator()
    {
        foreach (var target in _targets)
            yield return target.Model;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <param name="Model">The model.</param>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share of the load among models of one priority, 1 or more.</param>
public readonly record struct RouteTarget(CatalogModel Model, int Priority, int Weight);
