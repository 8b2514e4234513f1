using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Catalog;

internal sealed class ModelGroupTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        foreach (var alias in new[] { "fast", "smart" })
            await _node.DoAsync(new CreateModel { ModelAlias = alias, Provider = "openai", InputUsdPerMillion = 1, OutputUsdPerMillion = 2 });
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WithModels_GivesThemInServingOrder()
    {
        var group = await _node.DoAsync(new CreateModelGroup("Chat", "Chat models", "for chats", [new("smart", 1), new("fast", 0, 3, false)]));

        Assert.That((group.DisplayName, group.Description), Is.EqualTo(("Chat models", "for chats")));
        Assert.That(group.Models, Is.EqualTo(new[] { new ModelGroupMember("fast", 0, 3, false), new ModelGroupMember("smart", 1, 1, true) }));
        Assert.That((await _node.DoAsync(new GetModelGroup("Chat"))).Models, Is.EqualTo(group.Models));
    }

    [Test]
    public async Task Create_WhenTheNameIsTaken_SaysAlreadyExists()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));

        Assert.That((await _node.RefusedAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]))).Message, Does.Contain("already exists"));
    }

    [Test]
    public async Task Create_WithUnknownModels_NamesThemAndMakesNothing()
    {
        var error = await _node.RefusedAsync(new CreateModelGroup("Chat", Models: [new("fast", 0), new("nope", 1), new("nada", 2)]));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That(error.Message, Does.Contain("'nope', 'nada'"));
        Assert.That((await _node.RefusedAsync(new GetModelGroup("Chat"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Create_WithBrokenModels_SaysWhichAndWhy()
    {
        var missing = await _node.RefusedAsync(new CreateModelGroup("Chat"));
        var twice = await _node.RefusedAsync(new CreateModelGroup("Chat", Models: [new("fast", 0), new("fast", 1)]));
        var odd = await _node.RefusedAsync(new CreateModelGroup("Chat", Models: [new("fast", 0), new("a b", -1, 0)]));
        var nothing = await _node.RefusedAsync(new CreateModelGroup("Chat", Models: [null!]));

        Assert.That(missing.Fields, Does.ContainKey("models"));
        Assert.That(twice.Message, Does.Contain("'fast' more than once"));
        Assert.That(odd.Fields!.Keys, Is.EquivalentTo(new[] { "models[1].model_name", "models[1].priority", "models[1].weight" }));
        Assert.That(nothing.Fields, Does.ContainKey("models"));
    }

    [Test]
    public async Task Update_WhenFieldsAreAbsent_LeavesThem()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", "Old", "text", [new("fast", 0)]));

        var renamed = await _node.DoAsync(new UpdateModelGroup("New") { GroupName = "Chat" });
        var replaced = await _node.DoAsync(new UpdateModelGroup(Models: [new("smart", 0)]) { GroupName = "Chat" });

        Assert.That((renamed.DisplayName, renamed.Description, renamed.Models.Count), Is.EqualTo(("New", "text", 1)));
        Assert.That(replaced.Models.Select(model => model.ModelName), Is.EqualTo(new[] { "smart" }));
        Assert.That((await _node.RefusedAsync(new UpdateModelGroup(Models: []) { GroupName = "Chat" })).Kind, Is.EqualTo(ErrorKind.Validation));
    }

    [Test]
    public async Task Routing_WhenNotGiven_IsByWeightWithoutHedging()
    {
        var group = await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));

        Assert.That((group.RoutingStrategy, group.HedgeAfterMs), Is.EqualTo(("weighted", default(int?))));
    }

    [TestCase("weighted", 1)]
    [TestCase("least_busy", 600_000)]
    [TestCase("lowest_latency", 250)]
    public async Task Routing_WhenGiven_IsKeptAndReachesTheCatalogue(string strategy, int hedge)
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)], RoutingStrategy: strategy, HedgeAfterMs: hedge));
        await _node.DoAsync(new UpdateModelGroup("Renamed") { GroupName = "Chat" });

        var shown = (await _node.DoAsync(new ListModelGroups(new PageRequest(10, null)))).ModelGroups.Single();
        var used = (await _node.Get<ICatalog>().GetAsync(CancellationToken.None)).Groups["Chat"];
        Assert.That((shown.RoutingStrategy, shown.HedgeAfterMs), Is.EqualTo((strategy, (int?)hedge)));
        Assert.That((used.RoutingStrategy, used.HedgeAfterMs), Is.EqualTo((RoutingStrategyNames.Parse(strategy), (int?)hedge)));
    }

    [Test]
    public async Task Routing_WhenChanged_ChangesOnlyWhatIsGivenAndZeroSwitchesHedgingOff()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)], HedgeAfterMs: 500));

        var strategy = await _node.DoAsync(new UpdateModelGroup(RoutingStrategy: "least_busy") { GroupName = "Chat" });
        var hedge = await _node.DoAsync(new UpdateModelGroup(HedgeAfterMs: 0) { GroupName = "Chat" });

        Assert.That((strategy.RoutingStrategy, strategy.HedgeAfterMs), Is.EqualTo(("least_busy", (int?)500)));
        Assert.That((hedge.RoutingStrategy, hedge.HedgeAfterMs), Is.EqualTo(("least_busy", default(int?))));
    }

    [Test]
    public async Task Update_WithAnUnknownModel_ChangesNothing()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", "Old", Models: [new("fast", 0)]));

        var error = await _node.RefusedAsync(new UpdateModelGroup("New", Models: [new("nope", 0)]) { GroupName = "Chat" });

        Assert.That(error.Message, Does.Contain("'nope'"));
        var group = await _node.DoAsync(new GetModelGroup("Chat"));
        Assert.That((group.DisplayName, group.Models[0].ModelName), Is.EqualTo(("Old", "fast")));
    }

    [Test]
    public async Task Update_ManyAtTheSameTime_LeavesTheModelsOfOne()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(priority => _node.DoAsync(
            new UpdateModelGroup(Models: [new("fast", priority), new("smart", priority)]) { GroupName = "Chat" })));

        var models = (await _node.DoAsync(new GetModelGroup("Chat"))).Models;
        Assert.That(models, Has.Count.EqualTo(2));
        Assert.That(models[0].Priority, Is.EqualTo(models[1].Priority));
    }

    [Test]
    public async Task List_ByPages_GivesEachWithItsModels()
    {
        await _node.DoAsync(new CreateModelGroup("b", Models: [new("smart", 0)]));
        await _node.DoAsync(new CreateModelGroup("a", Models: [new("fast", 0)]));

        var first = await _node.DoAsync(new ListModelGroups(new PageRequest(1, null)));
        var second = await _node.DoAsync(new ListModelGroups(new PageRequest(1, first.NextCursor)));

        Assert.That(first.ModelGroups.Single().Models.Single().ModelName, Is.EqualTo("fast"));
        Assert.That(second.ModelGroups.Single().Models.Single().ModelName, Is.EqualTo("smart"));
        Assert.That(second.NextCursor, Is.Null);
    }

    [Test]
    public async Task Delete_WhileATeamHasIt_NamesTheTeam()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateTeam("acme", "hr", ModelGroups: ["Chat"]));

        var error = await _node.RefusedAsync(new DeleteModelGroup("Chat"));
        await _node.DoAsync(new DeleteTeam("hr"));
        await _node.DoAsync(new DeleteModelGroup("Chat"));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Conflict));
        Assert.That(error.Message, Does.Contain("'hr'"));
        Assert.That((await _node.RefusedAsync(new GetModelGroup("Chat"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Resolve_ForATeam_SaysWhatServesAndWhyNot()
    {
        await _node.DoAsync(new CreateModel { ModelAlias = "unpriced", Provider = "custom" });
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("unpriced", 0), new("smart", 2, Active: false), new("fast", 1)]));
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateTeam("acme", "granted", ModelGroups: ["Chat"]));
        await _node.DoAsync(new CreateTeam("acme", "other"));

        var granted = await _node.DoAsync(new ResolveModelGroup("Chat", "granted"));
        var other = await _node.DoAsync(new ResolveModelGroup("Chat", "other"));

        Assert.That(granted.Models.Select(model => (model.ModelName, model.Serves)), Is.EqualTo(new[] { ("unpriced", false), ("fast", true), ("smart", false) }));
        Assert.That(granted.Models.Select(model => (model.Active, model.Priced)), Is.EqualTo(new[] { (true, false), (true, true), (false, true) }));
        Assert.That(other.Granted, Is.False);
        Assert.That(other.Models.Any(model => model.Serves), Is.False);
        Assert.That((await _node.DoAsync(new ResolveModelGroup("Chat", null))).Models[1].Serves, Is.True);
        Assert.That((await _node.RefusedAsync(new ResolveModelGroup("Chat", "none"))).Code, Is.EqualTo("team_not_found"));
        Assert.That((await _node.RefusedAsync(new ResolveModelGroup("none", null))).Code, Is.EqualTo("model_group_not_found"));
    }
}
