namespace SaasLlm.Infrastructure.Caching;

/// <summary>Whether this node hears the changes that other nodes announce.</summary>
internal interface IListenerState
{
    /// <summary>False while the notification connection is down; the node then does not trust its caches.</summary>
    bool IsListening { get; }
}
