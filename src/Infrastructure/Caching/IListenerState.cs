namespace SaasLlm.Infrastructure.Caching;

/// <summary>Whether this node hears of changes. While it does not, no cache of it may answer.</summary>
internal interface IListenerState
{
    bool IsListening { get; }
}
