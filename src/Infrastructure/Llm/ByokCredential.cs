using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>A caller's own key with its secret.</summary>
/// <param name="key">As the gateway uses it; an <see cref="ProviderKey.ApiBase"/> in it is the caller's choice.</param>
/// <param name="uses">Told of each request that is sent with it; null: nobody is.</param>
internal sealed class ByokCredential(Guid keyId, string provider, bool fallsBackToPlatform, ProviderKey key, IByokUses? uses = null)
    : ByokKey(keyId, provider, fallsBackToPlatform)
{
    public const long NeverNoted = long.MinValue;

    private long _notedAt = NeverNoted;

    public ProviderKey Key => key;

    /// <summary>When its use was last noted, as a timestamp of the time provider.</summary>
    public ref long NotedAt => ref _notedAt;

    public void Used() => uses?.Note(this);
}

/// <summary>Keeps when callers' own keys were last used.</summary>
internal interface IByokUses
{
    /// <summary>Nobody waits for it to be written.</summary>
    void Note(ByokCredential credential);
}
