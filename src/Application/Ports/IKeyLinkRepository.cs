namespace SaasLlm.Application.Ports;

/// <summary>Links that hand a team's key over, each once. At rest there is only the hash of a token, and the key as the token alone opens it.</summary>
public interface IKeyLinkRepository
{
    /// <summary>Keeps a link; null where no key that works has this hash.</summary>
    Task<LinkedKey?> AddAsync(NewKeyLink link, CancellationToken cancellationToken);

    /// <summary>Gives what a link holds, and deletes it in the same statement: of callers at the same time one gets it. Null where there is none, or it has expired.</summary>
    Task<TakenKeyLink?> TakeAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes the links that expired before the given time.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <param name="TokenHash">Lower-case hex of the SHA-256 of the token.</param>
/// <param name="KeyHash">Lower-case hex of the SHA-256 of the key.</param>
/// <param name="Sealed">The key, encrypted under the token.</param>
public sealed record NewKeyLink(string TokenHash, string KeyHash, byte[] Sealed, DateTimeOffset ExpiresAt);

/// <summary>The key that a link hands over.</summary>
public sealed record LinkedKey
{
    public required Guid KeyId { get; init; }

    public required string TeamId { get; init; }
}

/// <summary>What a link held.</summary>
public sealed record TakenKeyLink
{
    public required string TeamId { get; init; }

    /// <summary>The key's name.</summary>
    public required string Name { get; init; }

    public required byte[] Sealed { get; init; }
}
