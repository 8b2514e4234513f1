using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class RouteOrderTests
{
    [Test]
    public void Of_WhenPrioritiesDiffer_IsAscendingWhateverTheWeights()
    {
        var order = Order([new("c", 2, 1000, true), new("a", 0, 1, true), new("b", 1, 1000, true)], seed: 1);

        Assert.That(order, Is.EqualTo(["a", "b", "c"]));
    }

    [Test]
    public void Of_WhenSomethingIsInactiveUnknownOrTwice_LeavesItOut()
    {
        var order = Order([new("a", 0, 1, false), new("off", 0, 1, true), new("nobody", 0, 1, true), new("b", 1, 1, true), new("b", 2, 1, true), new("c", 3, 1, true)], seed: 1);

        Assert.That(order, Is.EqualTo(["b", "c"]));
    }

    [Test]
    public void Of_WhenTheGroupIsEmpty_IsEmpty() => Assert.That(Order([], seed: 1), Is.Empty);

    [TestCase(1, 1, 1)]
    [TestCase(8, 1, 1)]
    [TestCase(5, 3, 2)]
    [TestCase(100, 10, 1)]
    public void Of_WhenWeightsDiffer_EachComesFirstByItsShare(int a, int b, int c)
    {
        const int draws = 20_000;
        var random = new Random(42);
        var first = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 0, ["b"] = 0, ["c"] = 0 };
        for (var i = 0; i < draws; i++)
        {
            var order = Order([new("a", 0, a, true), new("b", 0, b, true), new("c", 0, c, true)], random);
            Assert.That(order, Is.EquivalentTo(["a", "b", "c"]));
            first[order[0]]++;
        }

        var total = (double)(a + b + c);
        Assert.Multiple(() =>
        {
            Assert.That(first["a"] / (double)draws, Is.EqualTo(a / total).Within(0.015));
            Assert.That(first["b"] / (double)draws, Is.EqualTo(b / total).Within(0.015));
            Assert.That(first["c"] / (double)draws, Is.EqualTo(c / total).Within(0.015));
        });
    }

    [Test]
    public void Of_WhenAWeightIsNotPositive_CountsItAsOne()
    {
        var order = Order([new("a", 0, 0, true), new("b", 0, -5, true)], seed: 3);

        Assert.That(order, Is.EquivalentTo(["a", "b"]));
    }

    private static List<string> Order(CatalogMember[] members, int seed) => Order(members, new Random(seed));

    private static List<string> Order(CatalogMember[] members, Random random)
    {
        var models = new[] { "a", "b", "c" }.Select(alias => Model(alias, active: true)).Append(Model("off", active: false)).ToDictionary(model => model.Alias);
        var group = new CatalogGroup("g", members);
        var snapshot = new CatalogSnapshot(models, new Dictionary<string, CatalogGroup> { ["g"] = group }, new Dictionary<string, IReadOnlySet<string>>());
        return [.. RouteOrder.Of(group, snapshot, random).Select(model => model.Alias)];
    }

    private static CatalogModel Model(string alias, bool active) =>
        new() { Alias = alias, Provider = "p", UpstreamModel = alias, Active = active };
}
