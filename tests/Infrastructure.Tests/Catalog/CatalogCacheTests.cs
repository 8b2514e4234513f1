using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Tests.Catalog;

internal sealed class CatalogCacheTests
{
    private Node _node = null!;
    private ICatalog _catalog = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        _catalog = _node.Get<ICatalog>();
        await _node.DoAsync(new CreateModel
        {
            ModelAlias = "fast", Provider = "openai", UpstreamModel = "fast-1", InputUsdPerMillion = 1, OutputUsdPerMillion = 2, CachedInputUsdPerMillion = 0.5m,
        });
        await _node.DoAsync(new CreateModel { ModelAlias = "unpriced", Provider = "custom", ContextWindow = 1000, Active = false });
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Get_OfAFilledCatalogue_HasAllOfIt()
    {
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 1, 2), new("unpriced", 0, Active: false)]));
        await _node.DoAsync(new CreateAccessGroup("basic", ModelAliases: ["fast"]));
        await _node.DoAsync(new CreateAccessGroup("empty"));

        var snapshot = await _catalog.GetAsync(default);

        var fast = snapshot.Models["fast"];
        Assert.That(fast with { CreatedAt = default, Tiers = [], Capabilities = [], TaskTypes = [] }, Is.EqualTo(new CatalogModel
        {
            Alias = "fast", Provider = "openai", UpstreamModel = "fast-1", Prices = new ModelPrices(1, 2, 0.5m), Active = true,
        }));
        Assert.That(snapshot.Models["unpriced"].Prices, Is.Null);
        Assert.That(snapshot.Models["unpriced"].Active, Is.False);
        Assert.That(snapshot.Groups["Chat"].Members, Is.EquivalentTo(new[] { new CatalogMember("fast", 1, 2, true), new CatalogMember("unpriced", 0, 1, false) }));
        Assert.That(snapshot.AccessGroups["basic"], Is.EquivalentTo(new[] { "fast" }));
        Assert.That(snapshot.AccessGroups["empty"], Is.Empty);
    }

    [Test]
    public async Task Get_WhenNothingChanged_GivesTheSameSnapshot() =>
        Assert.That(await _catalog.GetAsync(default), Is.SameAs(await _catalog.GetAsync(default)));

    [Test]
    public async Task Get_AfterEachKindOfChange_SeesIt()
    {
        await _catalog.GetAsync(default);
        await _node.DoAsync(new UpdateModel { ModelAlias = "fast", Active = false });
        Assert.That((await _catalog.GetAsync(default)).Models["fast"].Active, Is.False);

        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));
        Assert.That((await _catalog.GetAsync(default)).Groups, Does.ContainKey("Chat"));

        await _node.DoAsync(new UpdateModelGroup(Models: [new("unpriced", 0)]) { GroupName = "Chat" });
        Assert.That((await _catalog.GetAsync(default)).Groups["Chat"].Members[0].ModelAlias, Is.EqualTo("unpriced"));

        await _node.DoAsync(new DeleteModelGroup("Chat"));
        Assert.That((await _catalog.GetAsync(default)).Groups, Is.Empty);

        await _node.DoAsync(new CreateAccessGroup("basic"));
        await _node.DoAsync(new ChangeAccessGroupModels(["fast"]) { GroupName = "basic" });
        Assert.That((await _catalog.GetAsync(default)).AccessGroups["basic"], Has.Count.EqualTo(1));

        await _node.DoAsync(new DeleteModel("fast"));
        Assert.That((await _catalog.GetAsync(default)).Models, Does.Not.ContainKey("fast"));
    }

    [Test]
    public async Task Get_WhileTheListenerIsAway_ReadsTheDatabase()
    {
        await _catalog.GetAsync(default);
        _node.Get<ListenerState>().IsListening = false;
        await _node.SqlAsync("update models set active = false");

        Assert.That((await _catalog.GetAsync(default)).Models["fast"].Active, Is.False);
    }
}
