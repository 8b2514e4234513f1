using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Catalog;

internal sealed class ModelTests
{
    private static readonly CreateModel Priced = new()
    {
        ModelAlias = "fast", Provider = "openai", InputUsdPerMillion = 0.1234567891m, OutputUsdPerMillion = 2,
    };

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WithEverything_KeepsItExactly()
    {
        await _node.DoAsync(Priced with
        {
            UpstreamModel = "vendor/fast-1",
            Mode = "embedding",
            CachedInputUsdPerMillion = 0.0000000001m,
            CacheWriteUsdPerMillion = 3.5m,
            ContextWindow = 128_000,
            MaxOutputTokens = 4096,
            Local = true,
            Tiers = ["starter", "vip"],
            Capabilities = ["tools"],
            Active = false,
        });

        var model = await _node.DoAsync(new GetModel("fast"));

        Assert.That(model.UpstreamModel, Is.EqualTo("vendor/fast-1"));
        Assert.That(model.Mode, Is.EqualTo("embedding"));
        Assert.That(model.InputUsdPerMillion, Is.EqualTo(0.1234567891m));
        Assert.That(model.CachedInputUsdPerMillion, Is.EqualTo(0.0000000001m));
        Assert.That(model.CacheWriteUsdPerMillion, Is.EqualTo(3.5m));
        Assert.That((model.ContextWindow, model.MaxOutputTokens), Is.EqualTo((128_000, 4096)));
        Assert.That((model.Local, model.Active, model.Priced, model.BuiltIn), Is.EqualTo((true, false, true, false)));
        Assert.That(model.Tiers, Is.EqualTo(new[] { "starter", "vip" }));
        Assert.That(model.Capabilities, Is.EqualTo(new[] { "tools" }));
    }

    [Test]
    public async Task MaxParallel_WhenChanged_ReachesTheCatalogueAndZeroTakesItAway()
    {
        var made = await _node.DoAsync(Priced with { MaxParallel = 8 });
        var kept = await _node.DoAsync(new UpdateModel { ModelAlias = "fast", Active = true });
        var used = (await _node.Get<ICatalog>().GetAsync(CancellationToken.None)).Models["fast"].MaxParallel;
        var freed = await _node.DoAsync(new UpdateModel { ModelAlias = "fast", MaxParallel = 0 });
        var none = await _node.DoAsync(new CreateModel { ModelAlias = "plain", Provider = "custom", MaxParallel = 0 });

        Assert.That((made.MaxParallel, kept.MaxParallel, used), Is.EqualTo(((int?)8, (int?)8, (int?)8)));
        Assert.That((freed.MaxParallel, none.MaxParallel), Is.EqualTo((default(int?), default(int?))));
    }

    [Test]
    public async Task Create_WithLittle_TakesTheDefaults()
    {
        var model = await _node.DoAsync(new CreateModel { ModelAlias = "plain", Provider = "custom" });

        Assert.That(model.UpstreamModel, Is.EqualTo("plain"));
        Assert.That(model.Mode, Is.EqualTo("chat"));
        Assert.That((model.Priced, model.Active, model.Local), Is.EqualTo((false, true, false)));
        Assert.That(model.Tiers, Is.Empty);
    }

    [Test]
    public async Task Create_WhenTheAliasIsTaken_SaysAlreadyExists()
    {
        await _node.DoAsync(Priced);

        Assert.That((await _node.RefusedAsync(Priced)).Message, Does.Contain("already exists"));
    }

    [Test]
    public async Task Create_WithHalfAPrice_IsRefused()
    {
        var error = await _node.RefusedAsync(new CreateModel { ModelAlias = "half", Provider = "openai", InputUsdPerMillion = 1 });

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Validation));
        Assert.That(error.Fields, Does.ContainKey("output_usd_per_million"));
    }

    [Test]
    public async Task Update_WhenFieldsAreAbsent_LeavesThem()
    {
        await _node.DoAsync(Priced with { Tiers = ["starter"] });

        var model = await _node.DoAsync(new UpdateModel { ModelAlias = "fast", OutputUsdPerMillion = 0, Active = false });

        Assert.That((model.InputUsdPerMillion, model.OutputUsdPerMillion), Is.EqualTo((0.1234567891m, 0m)));
        Assert.That(model.Active, Is.False);
        Assert.That(model.Tiers, Is.EqualTo(new[] { "starter" }));
    }

    [Test]
    public async Task Update_WhenItMakesHalfAPrice_ChangesNothing()
    {
        await _node.DoAsync(new CreateModel { ModelAlias = "plain", Provider = "custom" });

        var error = await _node.RefusedAsync(new UpdateModel { ModelAlias = "plain", InputUsdPerMillion = 1, Active = false });

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Validation));
        var model = await _node.DoAsync(new GetModel("plain"));
        Assert.That((model.InputUsdPerMillion, model.Active), Is.EqualTo(((decimal?)null, true)));
    }

    [Test]
    public async Task Delete_WhileGroupsUseIt_NamesThem()
    {
        await _node.DoAsync(Priced);
        await _node.DoAsync(new CreateModelGroup("Chat", Models: [new("fast", 0)]));
        await _node.DoAsync(new CreateModelGroup("Code", Models: [new("fast", 0)]));

        var error = await _node.RefusedAsync(new DeleteModel("fast"));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Conflict));
        Assert.That(error.Message, Does.Contain("'Chat', 'Code'"));
        Assert.That((await _node.DoAsync(new GetModel("fast"))).ModelAlias, Is.EqualTo("fast"));
    }

    [Test]
    public async Task Delete_WhenOnlyAnAccessGroupHasIt_TakesItOutThere()
    {
        await _node.DoAsync(Priced);
        await _node.DoAsync(new CreateAccessGroup("basic", ModelAliases: ["fast"]));

        await _node.DoAsync(new DeleteModel("fast"));

        Assert.That((await _node.DoAsync(new GetAccessGroup("basic"))).ModelAliases, Is.Empty);
        Assert.That((await _node.RefusedAsync(new DeleteModel("fast"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Delete_RacingAGroupThatTakesItIn_NeverFails()
    {
        for (var round = 0; round < 10; round++)
        {
            var alias = $"model-{round}";
            await _node.DoAsync(Priced with { ModelAlias = alias });

            var deletion = _node.SendAsync(new DeleteModel(alias));
            var creation = _node.SendAsync(new CreateModelGroup($"group-{round}", Models: [new(alias, 0)]));
            await Task.WhenAll(deletion, creation);

            Assert.That((await deletion).IsSuccess, Is.Not.EqualTo((await creation).IsSuccess), "one of the two");
        }
    }

    [Test]
    public async Task List_ByPages_GivesEachOnce()
    {
        foreach (var alias in new[] { "c", "a", "b" })
            await _node.DoAsync(Priced with { ModelAlias = alias });

        var first = await _node.DoAsync(new ListModels(new PageRequest(2, null)));
        var second = await _node.DoAsync(new ListModels(new PageRequest(2, first.NextCursor)));

        Assert.That(first.Models.Concat(second.Data).Select(model => model.ModelAlias), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(second.NextCursor, Is.Null);
    }
}
