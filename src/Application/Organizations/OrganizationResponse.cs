using System.Text.Json;

namespace SaasLlm.Application.Organizations;

/// <summary>An organization as the API shows it.</summary>
public sealed record OrganizationResponse
{
    public required string OrganizationId { get; init; }

    public required string Name { get; init; }

    /// <summary><c>active</c> or <c>suspended</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The subscription tier, where one is set.</summary>
    public string? Tier { get; init; }

    public required JsonElement Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
