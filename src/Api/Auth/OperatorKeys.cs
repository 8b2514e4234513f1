using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>The operator's keys of configuration <c>Auth:AdminKeys</c>, compared by hash in constant time.</summary>
internal sealed class OperatorKeys
{
    /// <summary>The documented key of a development service; Production refuses to start with it.</summary>
    public const string DevelopmentKey = "sk-admin-key-change-me";

    /// <summary>Of a shorter key, prefix and end together would give away too much.</summary>
    private const int MinLengthToShowItsEnd = 32;

    private readonly (string Hash, CallerIdentity Identity)[] _keys;

    private OperatorKeys(IEnumerable<string> keys) =>
        _keys = [.. keys.Select(key => (VirtualKey.HashOf(key), new CallerIdentity(Caller.Operator(DisplayOf(key)))))];

    /// <exception cref="InvalidOperationException">Outside Development: no key, a short one, or the development default.</exception>
    public static OperatorKeys From(IConfiguration configuration, IHostEnvironment environment)
    {
        var keys = configuration.GetSection("Auth:AdminKeys").Get<string[]>() ?? [];
        if (environment.IsDevelopment())
            return new OperatorKeys(keys.Length == 0 ? [DevelopmentKey] : keys);

        if (keys.Length == 0)
            throw new InvalidOperationException("Set Auth:AdminKeys: outside Development there is no default operator key.");
        if (keys.Contains(DevelopmentKey, StringComparer.Ordinal))
            throw new InvalidOperationException("Auth:AdminKeys holds the documented development key; choose another.");
        if (keys.Any(key => key.Length < 16))
            throw new InvalidOperationException("Auth:AdminKeys: a key must have at least 16 characters.");

        return new OperatorKeys(keys);
    }

    /// <summary>The operator whose key it is; null: nobody's.</summary>
    public CallerIdentity? Find(BearerToken token)
    {
        CallerIdentity? found = null;
        foreach (var (hash, identity) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(hash.AsSpan()), MemoryMarshal.AsBytes(token.Hash.AsSpan())))
                found = identity;
        }

        return found;
    }

    private static string DisplayOf(string key) =>
        key.Length >= MinLengthToShowItsEnd ? VirtualKey.DisplayOf(key) : string.Concat(key.AsSpan(0, Math.Min(7, key.Length / 2)), "…");
}
