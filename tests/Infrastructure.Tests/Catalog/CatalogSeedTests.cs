using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Catalog;

namespace SaasLlm.Infrastructure.Tests.Catalog;

internal sealed class CatalogSeedTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Apply_OnAnEmptyDatabase_FillsInTheBuiltInModels()
    {
        var added = await SeedAsync();

        var model = await _node.DoAsync(new GetModel("gpt-4o-mini"));
        Assert.That(added, Is.GreaterThanOrEqualTo(67));
        Assert.That((model.Provider, model.UpstreamModel, model.BuiltIn), Is.EqualTo(("openai", "gpt-4o-mini", true)));
        Assert.That((model.InputUsdPerMillion, model.OutputUsdPerMillion, model.CachedInputUsdPerMillion), Is.EqualTo((0.15m, 0.6m, 0.075m)));
        Assert.That((model.ContextWindow, model.MaxOutputTokens), Is.EqualTo((128_000, 16_384)));
        Assert.That(model.Capabilities, Is.EqualTo(new[] { "vision", "tools", "json_schema" }));
        Assert.That((await _node.DoAsync(new GetModel("deepseek-v4-pro"))).CachedInputUsdPerMillion, Is.EqualTo(0.003625m), "exact");
        Assert.That((await _node.DoAsync(new GetModel("gpt-image-1"))).Priced, Is.False);
    }

    [Test]
    public async Task Apply_WhenRepeated_ChangesNothing()
    {
        await SeedAsync();
        var before = await _node.DoAsync(new GetModel("gpt-4o"));

        Assert.That(await SeedAsync(), Is.Zero);
        Assert.That((await _node.DoAsync(new GetModel("gpt-4o"))).UpdatedAt, Is.EqualTo(before.UpdatedAt));
    }

    [Test]
    public async Task Apply_WhenAFactHasChanged_UpdatesThatModelAndDropsTheCatalogue()
    {
        await SeedAsync("""[{"model_alias":"m","provider":"openai","mode":"chat","input_usd_per_million":1,"output_usd_per_million":2}]""");
        var before = await _node.Get<ICatalog>().GetAsync(default);

        var changed = await SeedAsync("""[{"model_alias":"m","provider":"openai","mode":"chat","input_usd_per_million":0.5,"output_usd_per_million":2}]""");

        var after = await _node.Get<ICatalog>().GetAsync(default);
        Assert.That(changed, Is.EqualTo(1));
        Assert.That(before.Models["m"].Prices, Is.EqualTo(new ModelPrices(1, 2, null)));
        Assert.That(after.Models["m"].Prices, Is.EqualTo(new ModelPrices(0.5m, 2, null)));
    }

    [Test]
    public async Task Apply_WhereAnOperatorActed_LeavesItAlone()
    {
        await _node.DoAsync(new CreateModel { ModelAlias = "gpt-4", Provider = "azure" });
        await SeedAsync();
        await _node.DoAsync(new UpdateModel { ModelAlias = "gpt-4o", Active = false });
        await _node.DoAsync(new DeleteModel("gpt-5"));
        await _node.SqlAsync("update models set provider = 'elsewhere' where model_alias = 'gpt-4o'");

        await SeedAsync();

        var changed = await _node.DoAsync(new GetModel("gpt-4o"));
        Assert.That((changed.Provider, changed.Active, changed.BuiltIn), Is.EqualTo(("elsewhere", false, false)));
        Assert.That((await _node.DoAsync(new GetModel("gpt-4"))).Provider, Is.EqualTo("azure"));
        Assert.That((await _node.RefusedAsync(new GetModel("gpt-5"))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Apply_OnSeveralNodesAtOnce_AddsEachModelOnce()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SeedAsync()));

        Assert.That(added.Sum(), Is.EqualTo((long)(await _node.SqlAsync("select count(*) from models"))!));
    }

    private Task<int> SeedAsync() => _node.WithAsync<CatalogSeed, int>(seed => seed.ApplyAsync(CancellationToken.None));

    private Task<int> SeedAsync(string models) => _node.WithAsync<CatalogSeed, int>(seed => seed.ApplyAsync(models, CancellationToken.None));
}
