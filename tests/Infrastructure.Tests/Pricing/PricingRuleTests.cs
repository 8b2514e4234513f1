using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Pricing;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Pricing;

namespace SaasLlm.Infrastructure.Tests.Pricing;

/// <summary>Rules as the database keeps them, and the books that are checked against them.</summary>
internal sealed class PricingRuleTests
{
    private static readonly DateTimeOffset Created = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateTeam("acme", "hr", CreditsAllocated: 100));
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [TestCase("update pricing_rules set price_usd = 2")]
    [TestCase("update pricing_rules set effective_to = 'infinity'")]
    [TestCase("update pricing_rules set effective_to = now(), decimals = 2")]
    [TestCase("update pricing_rules set effective_to = null")]
    [TestCase("delete from pricing_rules")]
    [TestCase("truncate pricing_rules")]
    public async Task Rule_WhenItIsToBeChanged_IsGuardedByTheDatabase(string sql)
    {
        await _node.DoAsync(new CreatePricingRule("flat", PriceUsd: 1));

        Assert.That(
            async () => await _node.SqlAsync(sql),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.RestrictViolation));
    }

    [Test]
    public async Task End_WhenTheRuleHasNotBegun_LetsItNeverBegin()
    {
        var begins = new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var rule = await _node.DoAsync(new CreatePricingRule("flat", PriceUsd: 1, EffectiveFrom: begins, EffectiveTo: begins.AddYears(1).AddDays(-2)));

        var ended = await _node.DoAsync(new EndPricingRule(rule.PricingRuleId));

        Assert.That(ended.EffectiveTo, Is.EqualTo(begins));
    }

    [Test]
    public async Task Rule_OfEveryKind_ComesBackAsItWasKept()
    {
        PriceTierField[] tiers = [new(1000, 0.05m), new(5000, 0.15m), new(null, 0.3m)];
        foreach (var command in new[]
        {
            new CreatePricingRule("flat", PriceUsd: 0.1234567891m, TeamId: "hr", Decimals: 10),
            new CreatePricingRule("tiered", Tiers: tiers, OrganizationId: "acme", JobType: "scan"),
            new CreatePricingRule("tiered", Tiers: [new(null, 1)]),
            new CreatePricingRule("markup", MarkupPercent: 12.3456m, MinimumUsd: 0.01m, MaximumUsd: 5, Decimals: 2, EffectiveFrom: Created, EffectiveTo: Created.AddDays(1)),
        })
        {
            var created = await _node.DoAsync(command);
            var read = await _node.DoAsync(new GetPricingRule(created.PricingRuleId));

            Assert.That(read with { Tiers = null }, Is.EqualTo(created with { Tiers = null }));
            Assert.That(read.Tiers, Is.EqualTo(created.Tiers));
        }
    }

    [Test]
    public async Task Verify_OfPricesThatTheDomainMade_FindsEveryOneRight()
    {
        var chance = new Random(20260501);
        for (var i = 0; i < 60; i++)
            await _node.DoAsync(AnyRule(chance));
        var prices = await _node.Get<IPricing>().GetAsync(CancellationToken.None);
        for (var i = 0; i < 400; i++)
        {
            var (tokens, cost, type) = (chance.Next(0, 12_000), chance.Next() / 10_000_000_000m, chance.Next(2) == 0 ? "scan" : "chat");
            var price = prices.PriceOf(new BilledJob("acme", "hr", type, Created, tokens, cost));
            await InsertJobAsync(type, tokens, cost, price);
        }

        Assert.That(await ViolationsAsync(), Is.Zero);
        Assert.That(await _node.SqlAsync("select count(distinct pricing_rule_id) > 1 from jobs"), Is.True);
    }

    [TestCase("update jobs set price_usd = price_usd + 0.000001")]
    [TestCase("update jobs set pricing_rule_id = gen_random_uuid()")]
    [TestCase("update jobs set pricing_rule_id = null")]
    [TestCase("update jobs set job_type = 'chat'")]
    [TestCase("update jobs set created_at = '2026-04-30 23:59:59Z'")]
    [TestCase("update jobs set client_cost_usd = 2")]
    [TestCase("update jobs set status = 'failed', pricing_rule_id = null")]
    public async Task Verify_WhenAPriceIsFalsified_FindsIt(string falsification)
    {
        await _node.DoAsync(new CreatePricingRule("markup", MarkupPercent: 50, JobType: "scan", EffectiveFrom: new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)));
        var price = (await _node.Get<IPricing>().GetAsync(CancellationToken.None)).PriceOf(new BilledJob("acme", "hr", "scan", Created, 7, 1));
        await InsertJobAsync("scan", 7, 1, price);
        Assert.That(await ViolationsAsync(), Is.Zero);

        await _node.SqlAsync(falsification);

        Assert.That(await ViolationsAsync(), Is.EqualTo(1));
    }

    private static CreatePricingRule AnyRule(Random chance)
    {
        var decimals = chance.Next(0, 11);
        var least = decimal.Round(chance.Next(0, 100) / 100m, decimals);
        var scope = new CreatePricingRule(
            "markup",
            TeamId: chance.Next(3) == 0 ? "hr" : null,
            JobType: chance.Next(2) == 0 ? "scan" : null,
            MinimumUsd: chance.Next(2) == 0 ? least : null,
            MaximumUsd: chance.Next(2) == 0 ? least + 1 : null,
            Decimals: decimals,
            EffectiveFrom: Created.AddMinutes(chance.Next(-100, 20)),
            EffectiveTo: chance.Next(2) == 0 ? Created.AddMinutes(chance.Next(21, 40)) : null);
        return chance.Next(3) switch
        {
            0 => scope with { Kind = "flat", PriceUsd = chance.Next() / 1_000_000_000m },
            1 => scope with { Kind = "tiered", Tiers = [new(chance.Next(1, 5000), 0.05m), new(chance.Next(5000, 10_000), 0.15m), new(null, 0.3m)] },
            _ => scope with { MarkupPercent = chance.Next(0, 3_000_000) / 10_000m },
        };
    }

    private async Task InsertJobAsync(string type, int tokens, decimal costUsd, JobPrice price)
    {
        await using var command = _node.Get<NpgsqlDataSource>().CreateCommand(
            """
            insert into jobs (
                job_id, team_id, job_type, status, created_at, completed_at, expires_at, credits_reserved, prompt_tokens, client_cost_usd,
                price_usd, pricing_rule_id)
            values (gen_random_uuid(), 'hr', @type, 'completed', @created, @created, @created, 1, @tokens, @cost, @price, @rule)
            """);
        command.Parameters.AddWithValue("type", type);
        command.Parameters.AddWithValue("created", Created.UtcDateTime);
        command.Parameters.AddWithValue("tokens", tokens);
        command.Parameters.AddWithValue("cost", costUsd);
        command.Parameters.AddWithValue("price", (object?)price.Usd ?? DBNull.Value);
        command.Parameters.AddWithValue("rule", (object?)price.PricingRuleId ?? DBNull.Value);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> ViolationsAsync() =>
        (await _node.DoAsync(new VerifyLedger())).Checks.Single(check => check.Invariant.StartsWith("7.", StringComparison.Ordinal)).Violations;
}
