using System.Text.Json;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Organizations;

internal sealed class OrganizationTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WhenTheIdIsTaken_SaysAlreadyExists()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));

        var error = await _node.RefusedAsync(new CreateOrganization("acme", "Other"));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.AlreadyExists));
        Assert.That(error.Message, Does.Contain("already exists"));
        Assert.That((await _node.DoAsync(new GetOrganization("acme"))).Name, Is.EqualTo("Acme"));
    }

    [Test]
    public async Task Update_WhenFieldsAreAbsent_LeavesThem()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme", JsonElement.Parse("""{"plan":"gold"}"""), "starter"));

        var renamed = await _node.DoAsync(new UpdateOrganization(Name: "Acme Inc") { OrganizationId = "acme" });
        var untiered = await _node.DoAsync(new UpdateOrganization(Tier: "") { OrganizationId = "acme" });

        Assert.That(renamed.Name, Is.EqualTo("Acme Inc"));
        Assert.That(renamed.Tier, Is.EqualTo("starter"));
        Assert.That(renamed.Metadata.GetProperty("plan").GetString(), Is.EqualTo("gold"));
        Assert.That(untiered.Tier, Is.Null);
    }

    [Test]
    public async Task Suspend_ThenResume_ChangesTheStatus()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));

        Assert.That((await _node.DoAsync(new SuspendOrganization("acme", Suspended: true))).Status, Is.EqualTo("suspended"));
        Assert.That((await _node.DoAsync(new SuspendOrganization("acme", Suspended: false))).Status, Is.EqualTo("active"));
    }

    [Test]
    public async Task EveryUseCase_WhenThereIsNone_IsNotFound()
    {
        Assert.That((await _node.RefusedAsync(new GetOrganization("none"))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new UpdateOrganization("x") { OrganizationId = "none" })).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new SuspendOrganization("none", true))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new DeleteOrganization("none"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task EveryUseCase_WhenTheIdIsOdd_IsAValidationError()
    {
        Assert.That((await _node.RefusedAsync(new GetOrganization("a\0b"))).Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That((await _node.RefusedAsync(new UpdateOrganization("x") { OrganizationId = "a b" })).Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That((await _node.RefusedAsync(new SuspendOrganization("a b", true))).Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That((await _node.RefusedAsync(new DeleteOrganization("a b"))).Kind, Is.EqualTo(ErrorKind.Validation));
    }

    [Test]
    public async Task List_ByPages_GivesEachOnce()
    {
        foreach (var id in new[] { "c", "a", "b" })
            await _node.DoAsync(new CreateOrganization(id, id));
        await _node.DoAsync(new CreateOrganization("gone", "gone"));
        await _node.DoAsync(new DeleteOrganization("gone"));

        var first = await _node.DoAsync(new ListOrganizations(new PageRequest(2, null)));
        var second = await _node.DoAsync(new ListOrganizations(new PageRequest(2, first.NextCursor)));

        Assert.That(first.Organizations.Select(row => row.OrganizationId), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(second.Data.Select(row => row.OrganizationId), Is.EqualTo(new[] { "c" }));
        Assert.That(second.NextCursor, Is.Null);
        Assert.That((await _node.RefusedAsync(new ListOrganizations(new PageRequest(0, null)))).Kind, Is.EqualTo(ErrorKind.Validation));
    }

    [Test]
    public async Task Delete_WhileATeamRemains_IsRefused()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateTeam("acme", "hr"));

        var error = await _node.RefusedAsync(new DeleteOrganization("acme"));
        await _node.DoAsync(new DeleteTeam("hr"));
        await _node.DoAsync(new DeleteOrganization("acme"));

        Assert.That(error.Code, Is.EqualTo("organization_has_teams"));
        Assert.That((await _node.RefusedAsync(new GetOrganization("acme"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Delete_WhenItHasCredentials_TakesThemWithIt()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateProviderCredential("openai", "own", "sk-secret-of-acme", OrganizationId: "acme"));

        await _node.DoAsync(new DeleteOrganization("acme"));

        Assert.That((await _node.DoAsync(new ListProviderCredentials(new PageRequest(null, null)))).Data, Is.Empty);
    }

    [Test]
    public async Task Delete_WhenDone_LetsNoTeamInAndFreesTheId()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "starter"));
        await _node.DoAsync(new DeleteOrganization("acme"));

        Assert.That((await _node.RefusedAsync(new CreateTeam("acme", "hr"))).Kind, Is.EqualTo(ErrorKind.Validation));
        var again = await _node.DoAsync(new CreateOrganization("acme", "New Acme"));
        Assert.That(again.Status, Is.EqualTo("active"));
        Assert.That(again.Tier, Is.Null);
        await _node.DoAsync(new CreateTeam("acme", "hr"));
    }

    [Test]
    public async Task Delete_RacingTeamCreations_NeverLeavesATeamBehind()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = $"org-{round}";
            await _node.DoAsync(new CreateOrganization(id, id));

            var deletion = _node.SendAsync(new DeleteOrganization(id));
            var creation = _node.SendAsync(new CreateTeam(id, $"team-{round}"));
            await Task.WhenAll(deletion, creation);

            Assert.That((await deletion).IsSuccess, Is.Not.EqualTo((await creation).IsSuccess), "one of the two");
        }
    }
}
