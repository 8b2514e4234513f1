using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>Credentials from the usual environment variables (<c>OPENAI_API_KEY</c>, <c>OLLAMA_API_BASE</c>, …), read once at start.</summary>
internal sealed class EnvironmentKeys
{
    private readonly FrozenDictionary<string, ProviderKey> _keys;

    public EnvironmentKeys(IConfiguration configuration)
    {
        var keys = new Dictionary<string, ProviderKey>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in KnownProviders.Names)
        {
            if (Read(configuration, KnownProviders.Find(name)!) is { } key)
                keys[name] = key;
        }

        _keys = keys.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public ProviderKey? Find(string provider) => _keys.GetValueOrDefault(provider);

    /// <summary>A hosted provider needs its key; one that runs on the operator's own machines needs its address, and may have no key.</summary>
    private static ProviderKey? Read(IConfiguration configuration, KnownProvider provider)
    {
        var apiKey = provider.KeyVariable is null ? null : configuration[provider.KeyVariable]?.Trim();
        var apiBase = configuration[provider.BaseVariable]?.Trim();
        if (string.IsNullOrEmpty(apiKey) && (provider.DefaultBase is not null || string.IsNullOrEmpty(apiBase)))
            return null;
        if (string.IsNullOrEmpty(apiBase))
            return provider.DefaultBase is null ? null : new ProviderKey("env:" + provider.KeyVariable, apiKey!, null);

        return Uri.TryCreate(apiBase, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
            ? new ProviderKey("env:" + (provider.KeyVariable ?? provider.BaseVariable), apiKey ?? string.Empty, address)
            : throw new InvalidOperationException($"{provider.BaseVariable} must be an absolute http or https address.");
    }
}
