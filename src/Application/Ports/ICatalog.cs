using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Ports;

/// <summary>Models and their groups as the hot path sees them: one immutable snapshot, replaced whole when anything in it changes.</summary>
public interface ICatalog
{
    ValueTask<CatalogSnapshot> GetAsync(CancellationToken cancellationToken);
}

/// <param name="Models">Active and inactive models by alias.</param>
/// <param name="Groups">Model groups by name.</param>
/// <param name="AccessGroups">Model aliases by the name of the access group that grants them.</param>
public sealed record CatalogSnapshot(
    IReadOnlyDictionary<string, CatalogModel> Models,
    IReadOnlyDictionary<string, CatalogGroup> Groups,
    IReadOnlyDictionary<string, IReadOnlySet<string>> AccessGroups);

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

    public required bool Active { get; init; }
}

/// <param name="Name">The group's name.</param>
/// <param name="Members">Its models in no particular order.</param>
public sealed record CatalogGroup(string Name, IReadOnlyList<CatalogMember> Members)
{
    /// <summary>How long its answers may serve again, in seconds; null: as the team says.</summary>
    public int? CacheTtlSeconds { get; init; }
}

/// <param name="ModelAlias">The model.</param>
/// <param name="Priority">0 is tried first; the others are fallbacks in ascending order.</param>
/// <param name="Weight">Share of the load among members of one priority, 1 or more.</param>
/// <param name="Active">False: left out.</param>
public sealed record CatalogMember(string ModelAlias, int Priority, int Weight, bool Active);
