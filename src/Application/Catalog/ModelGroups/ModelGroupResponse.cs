namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>A model group as the API shows it.</summary>
public sealed record ModelGroupResponse
{
    public required string GroupName { get; init; }

    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    /// <summary>How models of one priority share the load: <c>weighted</c>, <c>least_busy</c> or <c>lowest_latency</c>.</summary>
    public required string RoutingStrategy { get; init; }

    /// <summary>After how many ms without an answer the next model is asked as well; null: never.</summary>
    public int? HedgeAfterMs { get; init; }

    /// <summary>In the order in which they serve.</summary>
    public IReadOnlyList<ModelGroupMember> Models { get; init; } = [];

    /// <summary>How long its answers may serve the same request again, in seconds; null: as the team says.</summary>
    public int? CacheTtlSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="ModelName">The model's alias.</param>
/// <param name="Priority">0 is tried first; the others are fallbacks in ascending order.</param>
/// <param name="Weight">Share of the load among members of one priority, 1 or more.</param>
/// <param name="Active">False: left out.</param>
public sealed record ModelGroupMember(string ModelName, int Priority, int Weight, bool Active);
