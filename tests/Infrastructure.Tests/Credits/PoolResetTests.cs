using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Tiers;

namespace SaasLlm.Infrastructure.Tests.Credits;

/// <summary>A month goes by where the test moves what is on record one month back.</summary>
internal sealed class PoolResetTests
{
    private static readonly Caller Operator = Caller.Operator("test");

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateTier("monthly", 5, CreditsPerMonth: 1000));
    }

    [TearDown]
    public async Task StopAsync()
    {
        var report = await _node.DoAsync(new VerifyLedger());
        await _node.DisposeAsync();
        Assert.That(report.Checks.Where(check => check.Violations > 0), Is.Empty);
    }

    [Test]
    public async Task Subscribe_WhenTheTierGrantsCredits_GrantsTheCurrentMonthOnce()
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "monthly", CreditsAllocated: 50));
        Assert.That(await AvailableAsync(), Is.EqualTo(50));

        await _node.DoAsync(new UpdateOrganization(Subscribed: true) { OrganizationId = "acme" });
        await _node.DoAsync(new UpdateOrganization(Subscribed: false) { OrganizationId = "acme" });
        await _node.DoAsync(new UpdateOrganization(Subscribed: true) { OrganizationId = "acme" });

        Assert.That(await AvailableAsync(), Is.EqualTo(1050));
        Assert.That((await _node.DoAsync(new ResetPools())).Count, Is.Zero);
    }

    [Test]
    public async Task Create_WhenSubscribed_GrantsTheCurrentMonth()
    {
        await SubscribeAsync();

        Assert.That(await AvailableAsync(), Is.EqualTo(1000));
    }

    [Test]
    public async Task Reset_WhenTheGrantIsNotUsedUp_EndsWhatIsLeftOfItAndKeepsWhatWasBought()
    {
        await SubscribeAsync();
        await BuyAsync(300);
        await UseAsync(400);

        await NextMonthAsync();

        Assert.That(await AvailableAsync(), Is.EqualTo(300 + 1000));
        Assert.That(await MonthAsync("expired"), Is.EqualTo(600));
    }

    [Test]
    public async Task Reset_WhenMoreThanTheGrantIsUsed_EndsNothing()
    {
        await SubscribeAsync();
        await BuyAsync(300);
        await UseAsync(1100);

        await NextMonthAsync();

        Assert.That(await AvailableAsync(), Is.EqualTo(200 + 1000));
        Assert.That(await MonthAsync("expired"), Is.Zero);
    }

    [Test]
    public async Task Reset_WhenUsersUsedTheGrant_CountsTheirChargesToo()
    {
        await SubscribeAsync();
        await BuyAsync(300);
        await AllocateAsync("anna", 900);
        await UseAsync(900, "anna");

        await NextMonthAsync();

        Assert.That(await AvailableAsync(), Is.EqualTo(300 + 1000), "100 of the 400 that were left in the pool were the grant's");
    }

    [Test]
    public async Task Reset_WhenTheGrantIsAllocated_TakesNothingFromTheUser()
    {
        await SubscribeAsync();
        await AllocateAsync("anna", 1000);

        await NextMonthAsync();

        Assert.That(await AvailableAsync(), Is.EqualTo(1000));
        Assert.That(await MonthAsync("expired"), Is.Zero);
    }

    [Test]
    public async Task Reset_AfterSeveralMonthsWithoutOne_GrantsTheCurrentOneOnly()
    {
        await SubscribeAsync();

        await NextMonthAsync(3);

        Assert.That(await AvailableAsync(), Is.EqualTo(1000));
        Assert.That(await _node.SqlAsync("select count(*) from pool_resets"), Is.EqualTo(2));
    }

    [Test]
    public async Task Reset_WhenNotSubscribedOrSuspended_GrantsNothing()
    {
        await _node.DoAsync(new CreateOrganization("unsubscribed", "x", Tier: "monthly"));
        await _node.DoAsync(new CreateOrganization("untiered", "x", Subscribed: true));
        await _node.DoAsync(new CreateOrganization("without", "x", Tier: "starter", Subscribed: true));
        await SubscribeAsync();
        await _node.DoAsync(new SuspendOrganization("acme", Suspended: true));

        await NextMonthAsync();

        Assert.That(await _node.SqlAsync("select count(*) from pool_resets"), Is.EqualTo(1));
    }

    [Test]
    public async Task Reset_WhenThePoolCannotHoldIt_LeavesItAndDoesTheOthers()
    {
        await SubscribeAsync();
        await _node.DoAsync(new CreateOrganization("full", "x", Tier: "monthly", Subscribed: true));
        await _node.SqlAsync("update pool_resets set month = month - interval '1 month'");
        for (var i = 0; i < 100; i++)
            await _node.DoAsync(new AddOrganizationCredits(Operator, "full", 999_999_990_000m, null, null));
        await _node.DoAsync(new UpdateTier(CreditsPerMonth: 10_000_000) { TierName = "monthly" });

        var reset = await _node.DoAsync(new ResetPools());

        Assert.That((reset.Count, reset.Refused), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Reset_OnSeveralNodesAtOnce_HappensOnce()
    {
        await _node.SqlAsync(
            """
            insert into organizations (organization_id, name, tier, subscribed)
            select 'org-' || number, 'x', 'monthly', true
            from generate_series(1, 300) as number
            """);

        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _node.DoAsync(new ResetPools()))));

        while ((await _node.DoAsync(new ResetPools())).Count > 0)
        {
        }

        Assert.That(runs.Sum(run => run.Count), Is.Positive);
        Assert.That(await _node.SqlAsync("select count(*) from pool_resets"), Is.EqualTo(300));
        Assert.That(await _node.SqlAsync("select count(*) from credit_transfers where kind = 'refill'"), Is.EqualTo(300));
        Assert.That(await _node.SqlAsync("select min(allocated) = 1000 and max(allocated) = 1000 from credit_accounts"), Is.True);
    }

    private Task<OrganizationResponse> SubscribeAsync() => _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "monthly", Subscribed: true));

    private Task<OrganizationCreditsAdded> BuyAsync(decimal credits) => _node.DoAsync(new AddOrganizationCredits(Operator, "acme", credits, null, null));

    private Task<AllocationResponse> AllocateAsync(string userId, decimal credits) =>
        _node.DoAsync(new SetAllocation(credits) { Caller = Operator, OrganizationId = "acme", UserId = userId });

    private async Task<decimal> AvailableAsync() =>
        (await _node.DoAsync(new GetOrganizationCredits(Operator, "acme", new PageRequest(null, null)))).CreditsAvailable;

    private async Task<object?> MonthAsync(string column) =>
        await _node.SqlAsync($"select {column} from pool_resets where organization_id = 'acme' order by month desc limit 1");

    private async Task NextMonthAsync(int months = 1)
    {
        await _node.SqlAsync($"update pool_resets set month = month - interval '{months} month'");
        await _node.DoAsync(new ResetPools());
    }

    /// <summary>A call of the given cost, as settlement records it.</summary>
    private Task<object?> UseAsync(int credits, string? userId = null) => MeteredCall.RecordAsync(_node, "acme", userId, credits);
}
