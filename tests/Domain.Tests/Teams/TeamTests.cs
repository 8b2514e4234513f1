using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Domain.Tests.Teams;

internal sealed class TeamTests
{
    [TestCase(TeamStatus.Active, TeamStatus.Active, true)]
    [TestCase(TeamStatus.Active, TeamStatus.Suspended, true)]
    [TestCase(TeamStatus.Active, TeamStatus.Paused, true)]
    [TestCase(TeamStatus.Active, TeamStatus.Deleted, false)]
    [TestCase(TeamStatus.Paused, TeamStatus.Active, true)]
    [TestCase(TeamStatus.Paused, TeamStatus.Paused, true)]
    [TestCase(TeamStatus.Paused, TeamStatus.Suspended, true)]
    [TestCase(TeamStatus.Paused, TeamStatus.Deleted, false)]
    [TestCase(TeamStatus.Suspended, TeamStatus.Active, true)]
    [TestCase(TeamStatus.Suspended, TeamStatus.Suspended, true)]
    [TestCase(TeamStatus.Suspended, TeamStatus.Paused, false)]
    [TestCase(TeamStatus.Suspended, TeamStatus.Deleted, false)]
    [TestCase(TeamStatus.Deleted, TeamStatus.Active, false)]
    [TestCase(TeamStatus.Deleted, TeamStatus.Suspended, false)]
    [TestCase(TeamStatus.Deleted, TeamStatus.Paused, false)]
    [TestCase(TeamStatus.Deleted, TeamStatus.Deleted, false)]
    public void ChangeStatus_FromEachToEach_FollowsTheTable(TeamStatus from, TeamStatus to, bool allowed)
    {
        var team = new Team("acme", "org", from);

        var changed = team.ChangeStatus(to);

        Assert.That(changed.IsSuccess, Is.EqualTo(allowed));
        Assert.That(team.Status, Is.EqualTo(allowed ? to : from));
        Assert.That(changed.Error?.Kind, Is.EqualTo(allowed ? default(ErrorKind?) : ErrorKind.Conflict));
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a/b")]
    public void Team_WhenTheIdBreaksTheRule_CannotBeMade(string teamId) =>
        Assert.That(() => new Team(teamId, "org", TeamStatus.Active), Throws.ArgumentException);
}
