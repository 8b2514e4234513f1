namespace SaasLlm.Application.Catalog.Models;

/// <summary>A model as the API shows it. Prices are USD per million tokens.</summary>
public sealed record ModelResponse
{
    public required string ModelAlias { get; init; }

    public required string Provider { get; init; }

    /// <summary>The name that the provider knows it by.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary><c>chat</c>, <c>embedding</c> or <c>image_generation</c>.</summary>
    public required string Mode { get; init; }

    public decimal? InputUsdPerMillion { get; init; }

    public decimal? OutputUsdPerMillion { get; init; }

    public decimal? CachedInputUsdPerMillion { get; init; }

    public decimal? CacheWriteUsdPerMillion { get; init; }

    /// <summary>False: calls are refused with <c>model_not_priced</c>. A free model has prices of zero.</summary>
    public bool Priced => InputUsdPerMillion is not null && OutputUsdPerMillion is not null;

    public int? ContextWindow { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>Most calls in flight to it over all nodes; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>True where no data leaves the operator's own machines.</summary>
    public required bool Local { get; init; }

    public required string[] Tiers { get; init; }

    public required string[] Capabilities { get; init; }

    public required string[] TaskTypes { get; init; }

    public required bool Active { get; init; }

    /// <summary>True while the built-in catalogue keeps it up to date; an operator's change ends that.</summary>
    public required bool BuiltIn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
