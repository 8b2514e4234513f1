using SaasLlm.Application.Live;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Live;

namespace SaasLlm.Infrastructure.Tests.Live;

internal sealed class LiveFeedTests
{
    private static readonly LiveChange OfOther = new() { Type = "team", TeamId = "other" };

    [Test]
    public void Reader_WhoFallsBehind_FindsOneRefreshInstead()
    {
        var feed = new LiveFeed();
        using var slow = feed.Subscribe(null)!;

        feed.Tell([.. Enumerable.Range(0, 257).Select(number => new LiveChange { Type = "team", TeamId = $"team-{number}" })]);

        Assert.That(Read(slow), Is.EqualTo(new[] { LiveChange.Refresh }));
        feed.Tell([OfOther]);
        Assert.That(Read(slow), Is.EqualTo(new[] { OfOther }), "and goes on from there");
    }

    [Test]
    public void Team_OfWhatIsNotItsOwn_HearsNothing()
    {
        var feed = new LiveFeed();
        using var team = feed.Subscribe("own")!;

        feed.Tell([OfOther, new LiveChange { Type = "credits", OrganizationId = "org" }, new LiveChange { Type = "team", TeamId = "own" }, LiveChange.Refresh]);

        Assert.That(Read(team).Select(change => change.TeamId), Is.EqualTo(new[] { "own", null }));
    }

    [Test]
    public void Changes_WhileNobodyListens_AreNotKept()
    {
        var feed = new LiveFeed();
        feed.Drop(ChangedThing.Team, "before");
        using (feed.Subscribe(null))
            feed.Drop(ChangedThing.Team, "while");
        feed.Drop(ChangedThing.Team, "after");
        using var later = feed.Subscribe(null);

        Assert.That(feed.Take().Others, Is.Empty);
    }

    [Test]
    public void Changes_WithinAMoment_AreKeptOnce()
    {
        var feed = new LiveFeed();
        using var listener = feed.Subscribe(null);
        for (var i = 0; i < 3; i++)
            feed.Drop(ChangedThing.Team, "own");
        feed.Drop(ChangedThing.Catalog, string.Empty);

        Assert.That(feed.Take().Others, Is.EqualTo(new[] { (ChangedThing.Team, "own") }));
        Assert.That(feed.Take().Others, Is.Empty);
    }

    [Test]
    public void Changes_WithoutEnd_AreKeptUpToALimit()
    {
        var feed = new LiveFeed();
        using var listener = feed.Subscribe(null);
        for (var i = 0; i <= LiveFeed.MostAtOnce; i++)
            feed.Drop(ChangedThing.Job, Guid.CreateVersion7().ToString());

        var news = feed.Take();
        Assert.That((news.Jobs.Count, news.IsIncomplete), Is.EqualTo((LiveFeed.MostAtOnce, true)));
    }

    [Test]
    public void Changes_ThatTheNodeMayHaveMissed_AreSaidToBeIncomplete()
    {
        var feed = new LiveFeed();
        using var listener = feed.Subscribe(null);

        feed.DropAll();

        Assert.That(feed.Take().IsIncomplete, Is.True);
    }

    private static List<LiveChange> Read(ILiveSubscription subscription)
    {
        var read = new List<LiveChange>();
        while (subscription.Changes.TryRead(out var change))
            read.Add(change);
        return read;
    }
}
