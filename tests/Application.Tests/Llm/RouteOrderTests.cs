using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class RouteOrderTests
{
    private const Cooling No = Cooling.None;
    private const Cooling Guess = Cooling.Guessed;
    private const Cooling Sure = Cooling.Known;

    [Test]
    public void Of_WhenMembersStandInAnyOrder_IsByPriority()
    {
        var targets = Of(new("c", 2, 1000, true), new("a", 0, 1, true), new("b", 1, 1000, true));

        Assert.That(targets.Select(model => model.Alias), Is.EqualTo(["a", "b", "c"]));
        Assert.That(targets.IsFixed, Is.True);
    }

    [Test]
    public void Of_WhenSomethingIsInactiveUnknownOrTwice_LeavesItOut()
    {
        var targets = Of(new("a", 0, 1, false), new("off", 0, 1, true), new("nobody", 0, 1, true), new("b", 1, 1, true), new("b", 2, 1, true), new("c", 3, 1, true));

        Assert.That(targets.Select(model => model.Alias), Is.EqualTo(["b", "c"]));
    }

    [Test]
    public void Of_WhenTheGroupIsEmpty_IsEmpty() => Assert.That(Of(), Is.Empty);

    [Test]
    public void Of_WhenPrioritiesAreShared_LeavesAChoice()
    {
        var targets = Of(new("a", 0, 0, true), new("b", 0, -5, true), new("c", 1, 7, true));

        Assert.That(targets.IsFixed, Is.False);
        Assert.That(targets.Items.ToArray().Select(target => target.Weight), Is.EqualTo([1, 1, 7]), "no weight is below one");
        Assert.That((targets.Strategy, targets.HedgeAfterMs), Is.EqualTo((RoutingStrategy.LeastBusy, 250)));
    }

    private static readonly object[][] Arrangements =
    [
        ["priorities before scores", "a b c", F("c", 2, 0), F("a", 0, 9), F("b", 1, 5)],
        ["scores within a priority", "b a c d", F("a", 0, 3), F("b", 0, 1), F("d", 1, 8), F("c", 1, 2)],
        ["cooling behind later priorities", "b c a", F("a", 0, 5, Sure), F("b", 1, 0), F("c", 2, 0)],
        ["cooling within a priority", "b a", F("a", 0, 1, Sure), F("b", 0, 9)],
        ["guesses before what is known", "b a", F("a", 0, 1, Sure), F("b", 1, 900, Guess)],
        ["of those that cool the first to return first, whatever its priority", "c b a", F("a", 0, 30, Sure), F("b", 1, 20, Sure), F("c", 2, 10, Sure)],
        ["all of it", "d b c a", F("a", 0, 7, Sure), F("b", 0, 2, Guess), F("c", 1, 3, Guess), F("d", 5, 100)],
        ["a single one", "a", F("a", 3, 3)],
    ];

    [TestCaseSource(nameof(Arrangements))]
    public void Arrange_WhenNothingIsEqual_IsCertain(string rule, string expected, params (string Name, RouteFacts Facts)[] routes)
    {
        for (var seed = 0; seed < 5; seed++)
            Assert.That(Arrange(new Random(seed), routes), Is.EqualTo(expected), rule);
    }

    [TestCase(1, 1, 1)]
    [TestCase(8, 1, 1)]
    [TestCase(5, 3, 2)]
    [TestCase(1000, 10, 1)]
    public void Arrange_BetweenEquals_EachComesFirstByItsWeight(int a, int b, int c)
    {
        const int draws = 20_000;
        var random = new Random(42);
        var first = new Dictionary<char, int> { ['a'] = 0, ['b'] = 0, ['c'] = 0 };
        for (var i = 0; i < draws; i++)
        {
            var order = Arrange(random, F("worse", 0, 9), F("c", 0, 4, weight: c), F("b", 0, 4, weight: b), F("a", 0, 4, weight: a));
            Assert.That(order.Split(' '), Is.EquivalentTo(["a", "b", "c", "worse"]));
            Assert.That(order, Does.EndWith(" worse"));
            first[order[0]]++;
        }

        var total = (double)(a + b + c);
        Assert.Multiple(() =>
        {
            Assert.That(first['a'] / (double)draws, Is.EqualTo(a / total).Within(0.015));
            Assert.That(first['b'] / (double)draws, Is.EqualTo(b / total).Within(0.015));
            Assert.That(first['c'] / (double)draws, Is.EqualTo(c / total).Within(0.015));
        });
    }

    [Test]
    public void Arrange_WhenTheFirstOfThreeIsDrawn_DrawsTheRestByWeightToo()
    {
        const int draws = 20_000;
        var random = new Random(7);
        var bSecond = 0;
        for (var i = 0; i < draws; i++)
        {
            var order = Arrange(random, F("a", 0, 0, weight: 2), F("b", 0, 0, weight: 3), F("c", 0, 0, weight: 1));
            if (order.StartsWith("a b", StringComparison.Ordinal))
                bSecond++;
        }

        Assert.That(bSecond / (double)draws, Is.EqualTo(2 / 6.0 * (3 / 4.0)).Within(0.015));
    }

    [TestCase(RoutingStrategy.Weighted, 5, 100.0, ExpectedResult = 0)]
    [TestCase(RoutingStrategy.LeastBusy, 5, 100.0, ExpectedResult = 5)]
    [TestCase(RoutingStrategy.LeastBusy, 0, null, ExpectedResult = 0)]
    [TestCase(RoutingStrategy.LowestLatency, 0, 100.0, ExpectedResult = 100)]
    [TestCase(RoutingStrategy.LowestLatency, 3, 100.0, ExpectedResult = 400)]
    [TestCase(RoutingStrategy.LowestLatency, 0, null, ExpectedResult = 0, Description = "an unknown one is tried")]
    public double Score_OfAModel_FollowsTheStrategy(RoutingStrategy strategy, int inFlight, double? latencyMs) => RouteOrder.Score(strategy, inFlight, latencyMs);

    [Test]
    public void Score_OfAnUnknownModelOnTrial_IsBehindEveryKnownOne() =>
        Assert.That(
            RouteOrder.Score(RoutingStrategy.LowestLatency, 1, null),
            Is.GreaterThan(RouteOrder.Score(RoutingStrategy.LowestLatency, 1000, 600_000)).And.LessThan(RouteOrder.Score(RoutingStrategy.LowestLatency, 2, null)));

    private static (string Name, RouteFacts Facts) F(string name, int priority, double score, Cooling cooling = No, int weight = 1) =>
        (name, new RouteFacts(priority, weight, score, cooling));

    private static string Arrange(Random random, params (string Name, RouteFacts Facts)[] routes)
    {
        var names = routes.Select(route => route.Name).ToArray();
        RouteOrder.Arrange(routes.Select(route => route.Facts).ToArray(), names.AsSpan(), random);
        return string.Join(' ', names);
    }

    private static RouteTargets Of(params CatalogMember[] members)
    {
        var models = new[] { "a", "b", "c" }.Select(alias => Model(alias, active: true)).Append(Model("off", active: false)).ToDictionary(model => model.Alias);
        var group = new CatalogGroup("g", members) { RoutingStrategy = RoutingStrategy.LeastBusy, HedgeAfterMs = 250 };
        return RouteOrder.Of(group, new CatalogSnapshot(models, new Dictionary<string, CatalogGroup> { ["g"] = group }, new Dictionary<string, IReadOnlySet<string>>()));
    }

    private static CatalogModel Model(string alias, bool active) =>
        new() { Alias = alias, Provider = "p", UpstreamModel = alias, Active = active };
}
