using System.Text.Json.Serialization;

namespace SaasLlm.Application.Identities;

/// <summary>An API key of a user.</summary>
public sealed record UserKeyResponse
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Masked: <c>uc_1234…cdef</c>.</summary>
    public required string Display { get; init; }

    /// <summary>The whole key; only in the answer that makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKey { get; init; }

    /// <summary>The organization whose credits pay.</summary>
    public required string OrganizationId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Correct to about a minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

public sealed record UserKeyList(IReadOnlyList<UserKeyResponse> Data)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<UserKeyResponse> ApiKeys => Data;
}
