using SaasLlm.Application.Live;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Live;

/// <summary>
/// Who listens on this node, and what changed since they were last told. It hears what drops the caches of all nodes, so that
/// nothing is written for it; while nobody listens, each change costs it one look at a field.
/// </summary>
internal sealed class LiveFeed : ILiveChanges, IInvalidated
{
    /// <summary>More that change within a moment are not told one by one.</summary>
    public const int MostAtOnce = 2000;

    private const int MostOperators = 256;
    private const int MostOfATeam = 16;

    private readonly Lock _gate = new();
    private readonly List<LiveSubscription> _subscriptions = [];
    private LiveNews _news = new();
    private volatile bool _isHeard;

    public bool IsHeard => _isHeard;

    public ILiveSubscription? Subscribe(string? teamId)
    {
        lock (_gate)
        {
            if (_subscriptions.Count(subscription => subscription.TeamId == teamId) >= (teamId is null ? MostOperators : MostOfATeam))
                return null;

            var subscription = new LiveSubscription(teamId, End);
            _subscriptions.Add(subscription);
            _isHeard = true;
            return subscription;
        }
    }

    public void Drop(ChangedThing thing, string id)
    {
        if (!_isHeard || thing is not (ChangedThing.Job or ChangedThing.Team or ChangedThing.Organization or ChangedThing.Credits or ChangedThing.Pool or ChangedThing.Alert))
            return;

        lock (_gate)
            _news.Add(thing, id);
    }

    /// <summary>What changed while the listener was away is unknown.</summary>
    public void DropAll()
    {
        if (!_isHeard)
            return;

        lock (_gate)
            _news.IsIncomplete = true;
    }

    /// <summary>What changed since it was last taken.</summary>
    public LiveNews Take()
    {
        lock (_gate)
        {
            var news = _news;
            _news = new LiveNews();
            return news;
        }
    }

    public void Tell(IReadOnlyCollection<LiveChange> changes)
    {
        LiveSubscription[] listeners;
        lock (_gate)
            listeners = [.. _subscriptions];
        foreach (var listener in listeners)
        {
            foreach (var change in changes)
                listener.Tell(change);
        }
    }

    private void End(LiveSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            _isHeard = _subscriptions.Count > 0;
            if (!_isHeard)
                _news = new LiveNews();
        }
    }
}

/// <summary>What changed within a moment, each thing once.</summary>
internal sealed class LiveNews
{
    public HashSet<Guid> Jobs { get; } = [];

    public HashSet<Guid> Alerts { get; } = [];

    public HashSet<(ChangedThing Thing, string Id)> Others { get; } = [];

    /// <summary>True: something is not on record here.</summary>
    public bool IsIncomplete { get; set; }

    public void Add(ChangedThing thing, string id)
    {
        if (Jobs.Count + Alerts.Count + Others.Count >= LiveFeed.MostAtOnce)
            IsIncomplete = true;
        else if (thing is ChangedThing.Job or ChangedThing.Alert)
            (thing is ChangedThing.Job ? Jobs : Alerts).Add(Guid.Parse(id));
        else
            Others.Add((thing, id));
    }
}
