using System.Collections.Concurrent;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>
/// Tokens that were verified, by the whole hash of each: a busy caller's is verified once. One is forgotten when it expires or
/// the issuer's keys change.
/// </summary>
internal sealed class TokenMemory(IssuerKeys keys, TimeProvider time)
{
    /// <summary>Emptied when it is full, which is rare and cheap enough.</summary>
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public ExternalIdentity? Find(string tokenHash) =>
        _entries.TryGetValue(tokenHash, out var entry) && ReferenceEquals(entry.Issuer, keys.Current) && time.GetUtcNow() < entry.ValidUntil ? entry.Identity : null;

    public void Keep(string tokenHash, ExternalIdentity identity, ValidToken token)
    {
        if (_entries.Count >= Capacity)
            _entries.Clear();

        _entries[tokenHash] = new Entry(identity, token.ValidUntil, token.Issuer);
    }

    private sealed record Entry(ExternalIdentity Identity, DateTimeOffset ValidUntil, IssuerDocument Issuer);
}
