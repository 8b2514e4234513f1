using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Catalog;

internal sealed class AccessGroupTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        foreach (var alias in new[] { "a", "b", "c" })
            await _node.DoAsync(new CreateModel { ModelAlias = alias, Provider = "openai" });
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WhenTheNameIsTaken_SaysAlreadyExists()
    {
        var group = await _node.DoAsync(new CreateAccessGroup("basic", "small models", ["b", "a"]));

        Assert.That(group.ModelAliases, Is.EqualTo(new[] { "a", "b" }));
        Assert.That((await _node.RefusedAsync(new CreateAccessGroup("basic"))).Message, Does.Contain("already exists"));
    }

    [Test]
    public async Task Create_WithUnknownOrRepeatedModels_NamesThem()
    {
        var unknown = await _node.RefusedAsync(new CreateAccessGroup("basic", ModelAliases: ["a", "nope"]));
        var repeated = await _node.RefusedAsync(new CreateAccessGroup("basic", ModelAliases: ["a", "a"]));

        Assert.That(unknown.Message, Does.Contain("'nope'"));
        Assert.That(repeated.Message, Does.Contain("'a' more than once"));
        Assert.That((await _node.RefusedAsync(new GetAccessGroup("basic"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task AddAndRemoveModels_WhenRepeated_ChangeNothingMore()
    {
        await _node.DoAsync(new CreateAccessGroup("basic", ModelAliases: ["a"]));

        var added = await _node.DoAsync(new ChangeAccessGroupModels(["a", "b"]) { GroupName = "basic" });
        var removed = await _node.DoAsync(new ChangeAccessGroupModels(["a", "c"]) { GroupName = "basic", Remove = true });

        Assert.That(added.ModelAliases, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(removed.ModelAliases, Is.EqualTo(new[] { "b" }));
        Assert.That((await _node.RefusedAsync(new ChangeAccessGroupModels([]) { GroupName = "basic" })).Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That((await _node.RefusedAsync(new ChangeAccessGroupModels(null) { GroupName = "basic" })).Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That((await _node.RefusedAsync(new ChangeAccessGroupModels(["a"]) { GroupName = "none" })).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Update_WhenFieldsAreAbsent_LeavesThem()
    {
        await _node.DoAsync(new CreateAccessGroup("basic", "old", ["a", "b"]));

        var described = await _node.DoAsync(new UpdateAccessGroup("new") { GroupName = "basic" });
        var replaced = await _node.DoAsync(new UpdateAccessGroup(ModelAliases: ["b", "c"]) { GroupName = "basic" });

        Assert.That((described.Description, described.ModelAliases.Length), Is.EqualTo(("new", 2)));
        Assert.That((replaced.Description, string.Join(',', replaced.ModelAliases)), Is.EqualTo(("new", "b,c")));
    }

    [Test]
    public async Task List_ByPages_GivesEachOnce()
    {
        await _node.DoAsync(new CreateAccessGroup("y", ModelAliases: ["a"]));
        await _node.DoAsync(new CreateAccessGroup("x"));

        var first = await _node.DoAsync(new ListAccessGroups(new PageRequest(1, null)));
        var second = await _node.DoAsync(new ListAccessGroups(new PageRequest(1, first.NextCursor)));

        Assert.That(first.AccessGroups.Single().ModelAliases, Is.Empty);
        Assert.That(second.AccessGroups.Single().ModelAliases, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task Delete_WhileATeamHasIt_NamesTheTeam()
    {
        await _node.DoAsync(new CreateAccessGroup("basic", ModelAliases: ["a"]));
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateTeam("acme", "hr", AccessGroups: ["basic"]));

        var error = await _node.RefusedAsync(new DeleteAccessGroup("basic"));
        await _node.DoAsync(new DeleteTeam("hr"));
        await _node.DoAsync(new DeleteAccessGroup("basic"));

        Assert.That(error.Message, Does.Contain("'hr'"));
        Assert.That((await _node.RefusedAsync(new DeleteAccessGroup("basic"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }
}
