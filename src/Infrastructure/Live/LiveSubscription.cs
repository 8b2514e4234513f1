using System.Threading.Channels;
using SaasLlm.Application.Live;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Live;

/// <param name="teamId">Null: an operator, who hears of everything.</param>
internal sealed class LiveSubscription(string? teamId, Action<LiveSubscription> end) : ILiveSubscription
{
    private const int Capacity = 256;

    private readonly Channel<LiveChange> _changes = Channel.CreateBounded<LiveChange>(new BoundedChannelOptions(Capacity) { SingleWriter = true });

    public string? TeamId => teamId;

    public ChannelReader<LiveChange> Changes => _changes.Reader;

    public void Tell(LiveChange change)
    {
        if (!MayHear(change) || _changes.Writer.TryWrite(change))
            return;

        // Whoever fell behind asks for everything again, which is more than what was dropped.
        while (_changes.Reader.TryRead(out _))
        {
        }

        _changes.Writer.TryWrite(LiveChange.Refresh);
    }

    public void Dispose() => end(this);

    /// <summary>A team hears of its own things, and that anything may have changed.</summary>
    private bool MayHear(LiveChange change) => teamId is null || change.TeamId == teamId || change == LiveChange.Refresh;
}
