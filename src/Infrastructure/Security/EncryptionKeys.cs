using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Security;

/// <summary>
/// The ring of encryption keys: <c>Security:EncryptionKeys:&lt;id&gt;</c> is the base64 of 32 random bytes,
/// <c>Security:ActiveEncryptionKey</c> the id of the one that encrypts; the others only decrypt. Default: none; in Development
/// the documented key below. To rotate, add a key, make it active, restart, then remove the old one.
/// </summary>
internal sealed class EncryptionKeys
{
    /// <summary>Key id in Development; its key is public, so Production refuses it.</summary>
    public const string DevelopmentId = "development";

    /// <summary>Base64 of <c>saasllm-development-key-not-safe</c>.</summary>
    public const string DevelopmentKey = "c2Fhc2xsbS1kZXZlbG9wbWVudC1rZXktbm90LXNhZmU=";

    private const string KeysSection = "Security:EncryptionKeys";
    private const string ActiveSetting = "Security:ActiveEncryptionKey";
    private const int KeyBytes = 32;

    private readonly Dictionary<string, byte[]> _keys;

    private EncryptionKeys(Dictionary<string, byte[]> keys, string? activeId)
    {
        _keys = keys;
        ActiveId = activeId;
    }

    /// <summary>Null where nothing is configured.</summary>
    public string? ActiveId { get; }

    /// <summary>Null where the ring has no such key.</summary>
    public byte[]? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <exception cref="InvalidOperationException">The ring is malformed; the message names the setting, never a key.</exception>
    public static EncryptionKeys From(IConfiguration configuration, IHostEnvironment environment)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in configuration.GetSection(KeysSection).GetChildren())
            keys.Add(setting.Key, Decode(setting.Key, setting.Value));

        var active = configuration[ActiveSetting];
        if (keys.Count == 0 && string.IsNullOrEmpty(active) && environment.IsDevelopment())
            return new EncryptionKeys(new(StringComparer.OrdinalIgnoreCase) { [DevelopmentId] = Convert.FromBase64String(DevelopmentKey) }, DevelopmentId);

        var published = Convert.FromBase64String(DevelopmentKey);
        if (!environment.IsDevelopment() && keys.Values.Any(key => CryptographicOperations.FixedTimeEquals(key, published)))
            throw new InvalidOperationException($"{KeysSection} holds the published development key; make your own.");
        if (string.IsNullOrEmpty(active))
        {
            return keys.Count == 0
                ? new EncryptionKeys(keys, null)
                : throw new InvalidOperationException($"Set {ActiveSetting} to the id of one of the keys in {KeysSection}.");
        }

        return keys.ContainsKey(active)
            ? new EncryptionKeys(keys, keys.Keys.First(id => id.Equals(active, StringComparison.OrdinalIgnoreCase)))
            : throw new InvalidOperationException($"{ActiveSetting} names a key that {KeysSection} does not hold.");
    }

    private static byte[] Decode(string keyId, string? text)
    {
        if (!Identifiers.IsValid(keyId))
            throw new InvalidOperationException($"A key id in {KeysSection} {Identifiers.Rule}.");

        var key = new byte[KeyBytes];
        return text is not null && text.Length <= 64 && Convert.TryFromBase64String(text, key, out var length) && length == KeyBytes
            ? key
            : throw new InvalidOperationException($"{KeysSection}:{keyId} must be the base64 of {KeyBytes} random bytes (openssl rand -base64 {KeyBytes}).");
    }
}
