using System.Text.Json;

namespace SaasLlm.Application.Byok;

/// <summary>A key that a caller brought, as the API shows it: never the key, only its end.</summary>
public sealed record ByokKeyResponse
{
    public required Guid KeyId { get; init; }

    /// <summary>The same as <see cref="KeyId"/>.</summary>
    public Guid Id => KeyId;

    public required string Provider { get; init; }

    /// <summary><c>user</c>, or <c>organization</c> where it serves all of it.</summary>
    public string Scope => UserId is null ? "organization" : "user";

    public required string OrganizationId { get; init; }

    /// <summary>Null: the organization's own.</summary>
    public string? UserId { get; init; }

    /// <summary>What is shown of the key.</summary>
    public string ApiKey => "…" + Last4;

    /// <summary>The last 4 characters of the key; empty where the key is too short to show any.</summary>
    public required string Last4 { get; init; }

    /// <summary>Null: the provider's own address.</summary>
    public string? ApiBase { get; init; }

    /// <summary>Azure's version of the API; null: the default.</summary>
    public string? ApiVersion { get; init; }

    public required JsonElement Metadata { get; init; }

    /// <summary>True where the platform's keys, and so the caller's credits, may serve when this one fails.</summary>
    public required bool FallBackToPlatform { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the provider accepted it; null: stored unchecked.</summary>
    public DateTimeOffset? ValidatedAt { get; init; }

    /// <summary>To the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}
