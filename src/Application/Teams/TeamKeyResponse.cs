using System.Text.Json.Serialization;

namespace SaasLlm.Application.Teams;

/// <summary>A virtual key of a team.</summary>
public sealed record TeamKeyResponse
{
    public required Guid KeyId { get; init; }

    public required string TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>Masked: <c>sk-1234…cdef</c>.</summary>
    public required string Display { get; init; }

    /// <summary>The whole key; only in the answer that makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VirtualKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

public sealed record TeamKeyList(IReadOnlyList<TeamKeyResponse> Data)
{
    public IReadOnlyList<TeamKeyResponse> Keys => Data;
}
