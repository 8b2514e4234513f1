using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.Tests.Credits;

internal sealed class PayerDirectoryTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Find_WhenTheOrganizationHasNoPool_OpensOneForHoweverManyAsk()
    {
        await _node.SqlAsync("insert into organizations (organization_id, name, tier) values ('old', 'Old', 'starter')");

        var payers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => FindAsync("old", "anna")));

        Assert.That(payers.Select(payer => payer?.AccountId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(payers[0], Is.Not.Null);
        Assert.That(payers[0]!.IsPool, Is.True);
        Assert.That(payers[0]!.OrganizationActive, Is.True);
        Assert.That(payers[0]!.HoldPolicy, Is.EqualTo(HoldPolicy.Elastic));
        Assert.That(payers[0]!.Tier, Is.Not.Null);
        Assert.That(payers[0]!.Tier!.MonthlyCalls, Is.EqualTo(1000));
        Assert.That(payers[0]!.Tier!.MarkupPercent, Is.EqualTo(20));
        Assert.That(payers[0]!.TierSince, Is.EqualTo(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)));
    }

    [Test]
    public async Task Find_WhenThereIsNoSuchOrganizationOrTeam_GivesNone()
    {
        Assert.That(await FindAsync("nobody", null), Is.Null);
        Assert.That(await FindTeamAsync("nobody"), Is.Null);
    }

    [Test]
    public async Task Find_WhenTheTierIsUnknown_GivesNoTerms()
    {
        await _node.SqlAsync("set session_replication_role = replica; insert into organizations (organization_id, name, tier) values ('old', 'Old', 'gold')");

        Assert.That((await FindAsync("old", null))?.Tier, Is.Null);
    }

    [Test]
    public async Task Find_AfterTheOrganizationChanged_SeesTheChange()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "trial"));
        var before = await FindAsync("acme", null);

        await _node.DoAsync(new UpdateOrganization(RpmLimit: 7) { OrganizationId = "acme" });
        await _node.DoAsync(new SuspendOrganization("acme", Suspended: true));
        var after = await FindAsync("acme", null);

        Assert.That(before!.OrganizationLimits, Is.Null);
        Assert.That(before.OrganizationActive, Is.True);
        Assert.That(after!.OrganizationLimits, Is.EqualTo(RateScope.Of(RateScopeKind.Organization, "acme", "acme", new RateLimits(7, null, null, null))));
        Assert.That(after.OrganizationActive, Is.False);
        Assert.That(after.AccountId, Is.EqualTo(before.AccountId));
    }

    [Test]
    public async Task FindTeam_Always_GivesTheTeamsOwnWallet()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "professional"));
        await _node.DoAsync(new CreateTeam("acme", "hr"));

        var team = await FindTeamAsync("hr");

        Assert.That(team!.IsPool, Is.False);
        Assert.That(team.OrganizationId, Is.EqualTo("acme"));
        Assert.That(team.AccountId, Is.EqualTo(await _node.SqlAsync("select account_id from credit_accounts where team_id = 'hr'")));
        Assert.That(team.Tier!.Name, Is.EqualTo("professional"));
    }

    private Task<Payer?> FindAsync(string organizationId, string? userId) =>
        _node.Get<IPayerDirectory>().FindAsync(organizationId, userId, CancellationToken.None).AsTask();

    private Task<Payer?> FindTeamAsync(string teamId) => _node.Get<IPayerDirectory>().FindTeamAsync(teamId, CancellationToken.None).AsTask();
}
