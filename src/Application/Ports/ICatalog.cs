using System.Collections.Concurrent;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Models and their groups as the hot path sees them: one immutable snapshot, replaced whole when anything in it changes.</summary>
public interface ICatalog
{
    ValueTask<CatalogSnapshot> GetAsync(CancellationToken cancellationToken);
}

/// <summary>The whole catalogue as of one moment.</summary>
public sealed class CatalogSnapshot(
    IReadOnlyDictionary<string, CatalogModel> models,
    IReadOnlyDictionary<string, CatalogGroup> groups,
    IReadOnlyDictionary<string, IReadOnlySet<string>> accessGroups)
{
    /// <summary>Active and inactive models by alias.</summary>
    public IReadOnlyDictionary<string, CatalogModel> Models { get; } = models;

    /// <summary>Model groups by name.</summary>
    public IReadOnlyDictionary<string, CatalogGroup> Groups { get; } = groups;

    /// <summary>Model aliases by the name of the access group that grants them.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> AccessGroups { get; } = accessGroups;

    /// <summary>Routes that calls have used, so that each is worked out once a snapshot and not once a call.</summary>
    internal ConcurrentDictionary<RouteName, Result<Jobs.ModelRoute>> Routes { get; } = new();
}

/// <summary>What a route leads to: names of groups, models and access groups may be the same.</summary>
internal readonly record struct RouteName(RouteKind Kind, string Name);

internal enum RouteKind
{
    Group,
    Model,
    AccessGroup,
}

/// <summary>One model of the catalogue.</summary>
public sealed record CatalogModel
{
    /// <summary>The name by which callers and groups know it.</summary>
    public required string Alias { get; init; }

    /// <summary>Whose API serves it: <c>openai</c>, <c>anthropic</c>, <c>openrouter</c>, …</summary>
    public required string Provider { get; init; }

    /// <summary>The name that the provider knows it by.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>Null: not priced, so refused.</summary>
    public ModelPrices? Prices { get; init; }

    public int? ContextWindow { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>Most calls in flight to it over all nodes; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    public required bool Active { get; init; }

    public ModelMode Mode { get; init; }

    /// <summary>When it came into the catalogue.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>True where no data leaves the operator's own machines.</summary>
    public bool Local { get; init; }

    /// <summary>The lowest rank of a tier whose users may call it on the LLM API; null: every tier may.</summary>
    public int? TierRank { get; init; }

    /// <summary>The names of the tiers that the operator gave it.</summary>
    public IReadOnlyList<string> Tiers { get; init; } = [];

    /// <summary>What it can do, of what a request may need.</summary>
    public ModelNeeds Abilities { get; init; }

    /// <summary>All that the operator says it can do.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>What it is good at.</summary>
    public IReadOnlyList<string> TaskTypes { get; init; } = [];
}

/// <summary>What a model makes.</summary>
public enum ModelMode
{
    Chat,
    Embedding,
    ImageGeneration,
}

/// <param name="Name">The group's name.</param>
/// <param name="Members">Its models in no particular order.</param>
public sealed record CatalogGroup(string Name, IReadOnlyList<CatalogMember> Members)
{
    /// <summary>How members of one priority share the load.</summary>
    public RoutingStrategy RoutingStrategy { get; init; }

    /// <summary>After how many ms without an answer the next model is asked as well; null: never.</summary>
    public int? HedgeAfterMs { get; init; }

    /// <summary>How long its answers may serve again, in seconds; null: as the team says.</summary>
    public int? CacheTtlSeconds { get; init; }
}

/// <param name="ModelAlias">The model.</param>
/// <param name="Priority">0 is tried first; the others are fallbacks in ascending order.</param>
/// <param name="Weight">Share of the load among members of one priority, 1 or more.</param>
/// <param name="Active">False: left out.</param>
public sealed record CatalogMember(string ModelAlias, int Priority, int Weight, bool Active);
