using System.Threading.Channels;
using SaasLlm.Application.Live;

namespace SaasLlm.Application.Ports;

/// <summary>Tells whoever listens what has changed, on whichever node it did.</summary>
public interface ILiveChanges
{
    /// <summary>Listens from now on, until it is disposed.</summary>
    /// <param name="teamId">Hears only of this team's things; null: of everything.</param>
    /// <returns>Null where too many listen for the same team, or for operators, on this node already.</returns>
    ILiveSubscription? Subscribe(string? teamId);
}

/// <summary>One listener.</summary>
public interface ILiveSubscription : IDisposable
{
    /// <summary>What has changed. Never more than a few hundred wait here: who falls behind finds <see cref="LiveChange.Refresh"/> instead.</summary>
    ChannelReader<LiveChange> Changes { get; }
}
