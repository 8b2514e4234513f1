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

    /// <summary>Requests a minute; null: no limit.</summary>
    public int? RpmLimit { get; init; }

    /// <summary>Tokens a minute; null: no limit.</summary>
    public int? TpmLimit { get; init; }

    /// <summary>Calls at the same time; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Requests at once, refilled at <see cref="RpmLimit"/>; null: no limit.</summary>
    public int? BurstLimit { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

public sealed record TeamKeyList(IReadOnlyList<TeamKeyResponse> Data)
{
    public IReadOnlyList<TeamKeyResponse> Keys => Data;
}
