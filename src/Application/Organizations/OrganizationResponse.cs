using System.Text.Json;

namespace SaasLlm.Application.Organizations;

/// <summary>An organization as the API shows it.</summary>
public sealed record OrganizationResponse
{
    public required string OrganizationId { get; init; }

    public required string Name { get; init; }

    /// <summary><c>active</c> or <c>suspended</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The tier on the LLM API, where one is set.</summary>
    public string? Tier { get; init; }

    /// <summary>Since when it has its tier: a trial counts from here.</summary>
    public required DateTimeOffset TierSince { get; init; }

    /// <summary>True: its pool is granted what its tier says each month.</summary>
    public required bool Subscribed { get; init; }

    /// <summary>Requests a minute; null: no limit.</summary>
    public int? RpmLimit { get; init; }

    /// <summary>Tokens a minute; null: no limit.</summary>
    public int? TpmLimit { get; init; }

    /// <summary>Calls at the same time; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Requests at once, refilled at <see cref="RpmLimit"/>; null: no limit.</summary>
    public int? BurstLimit { get; init; }

    public required JsonElement Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
