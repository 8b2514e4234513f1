using SaasLlm.Application.Budgets;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Tests.ResponseCaching;

namespace SaasLlm.Infrastructure.Tests.Budgets;

/// <summary>Spending is what calls on record have cost, as the fold adds it up; the clock stands at 11 January 2026 until it is moved.</summary>
internal sealed class BudgetTests
{
    private static readonly BudgetOwner Team = BudgetOwner.OfTeam("hr");
    private static readonly BudgetOwner Organization = BudgetOwner.OfOrganization("acme");

    private HandClock _clock = null!;
    private Node _node = null!;
    private Guid _job;

    [SetUp]
    public async Task StartAsync()
    {
        _clock = new HandClock();
        _clock.Advance(TimeSpan.FromDays(10));
        _node = await Node.StartAtAsync(_clock);
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        foreach (var team in new[] { "hr", "it" })
            await _node.DoAsync(new CreateTeam("acme", team, CreditsAllocated: 1000));
        _job = (await OpenAsync(_node)).Value.JobId;
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Spending_WhenItPassesThePercentages_TellsEachOnce()
    {
        await ListenAsync(organizationId: null);
        await ListenAsync("acme");
        await SetAsync(Team, new SetBudget(10));

        await SpendAsync(7.99m);
        Assert.That(await AlertsAsync(), Is.Empty);
        await SpendAsync(0.01m);
        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.low hr 80" }));
        await SpendAsync(1.99m);
        Assert.That(await EventsAsync(), Is.Zero);
        await SpendAsync(5);
        await SpendAsync(5);

        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.low hr 80", "budget.exceeded hr 100" }));
        Assert.That(await EventsAsync(), Is.EqualTo(2), "one for each who listens");
        Assert.That(await _node.SqlAsync("select count(*) from webhook_deliveries where data ? 'spent_usd'"), Is.EqualTo(1), "the cost is the operator's to know");
        var status = await _node.DoAsync(new GetBudget(Team));
        Assert.That((status.SpentUsd, status.LeftUsd, status.Exceeded), Is.EqualTo((19.99m, (decimal?)0m, true)));
        Assert.That((status.Month, status.ResetsAt), Is.EqualTo(("2026-01", new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero))));
    }

    [Test]
    public async Task Spending_WhenItPassesSeveralAtOnce_TellsEach()
    {
        await SetAsync(Organization, new SetBudget(10, AlertPercents: [90, 50, 100]));

        await SpendAsync(20);

        Assert.That(await AlertsAsync(), Is.EquivalentTo(new[] { "budget.low  50", "budget.low  90", "budget.exceeded  100" }));
    }

    [Test]
    public async Task Spending_OnSeveralNodesAtOnce_TellsOnce()
    {
        await ListenAsync(organizationId: null);
        await SetAsync(Team, new SetBudget(5));
        await SetAsync(Organization, new SetBudget(5));
        await using var second = await Node.StartAtAsync(_clock, _node.ConnectionString);
        await using var third = await Node.StartAtAsync(_clock, _node.ConnectionString);

        await Task.WhenAll(new[] { _node, second, third }.SelectMany(node => Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            await CallAsync(node, 0.5m);
            await node.DoAsync(new FoldUsage());
        }))));
        await _node.DoAsync(new FoldUsage());

        Assert.That(await AlertsAsync(), Is.EquivalentTo(new[] { "budget.low hr 80", "budget.exceeded hr 100", "budget.low  80", "budget.exceeded  100" }));
        Assert.That(await EventsAsync(), Is.EqualTo(2));
        Assert.That((await _node.DoAsync(new GetBudget(Team))).SpentUsd, Is.EqualTo(30));
    }

    [Test]
    public async Task SetBudget_BelowWhatIsSpent_TellsAtOnceAndOnlyOnce()
    {
        await SpendAsync(9);
        await SetAsync(Team, new SetBudget(10));
        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.low hr 80" }));

        await SetAsync(Team, new SetBudget(8));
        await SetAsync(Team, new SetBudget(8));
        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.low hr 80", "budget.exceeded hr 100" }));

        await SetAsync(Team, new SetBudget(10));
        await SpendAsync(1);
        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.low hr 80", "budget.exceeded hr 100", "budget.exceeded hr 100" }), "it was below again");
    }

    [Test]
    public async Task SetBudget_WhileSpendingIsAdded_MissesNothingAndTellsOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(round => Task.Run(async () =>
        {
            await CallAsync(_node, 1);
            await _node.DoAsync(new FoldUsage());
            if (round % 4 == 0)
                await SetAsync(Team, new SetBudget(20));
        })));
        await _node.DoAsync(new FoldUsage());

        Assert.That(await AlertsAsync(), Is.EquivalentTo(new[] { "budget.low hr 80", "budget.exceeded hr 100" }));
    }

    [Test]
    public async Task HardBudget_WhenItIsUsedUp_RefusesNewJobsOnEveryNodeUntilItIsRaised()
    {
        await SetAsync(Team, new SetBudget(10, BudgetEnforcement.Hard));
        await using var other = await Node.StartAtAsync(_clock, _node.ConnectionString);
        Assert.That((await OpenAsync(other)).IsSuccess, Is.True);

        await SpendAsync(10);
        var refused = new[] { await OpenAsync(_node), await OpenAsync(other) };
        var elsewhere = await OpenAsync(other, "it");
        await SetAsync(Team, new SetBudget(10.01m, BudgetEnforcement.Hard));

        Assert.That(refused.Select(opened => (opened.Error?.Code, opened.Error?.Kind)), Is.All.EqualTo(("budget_exceeded", (ErrorKind?)ErrorKind.Forbidden)));
        Assert.That(elsewhere.IsSuccess, Is.True);
        Assert.That((await OpenAsync(other)).IsSuccess, Is.True);
    }

    [Test]
    public async Task HardBudget_OfTheOrganization_RefusesEachOfItsTeams()
    {
        await SetAsync(Organization, new SetBudget(10, BudgetEnforcement.Hard));
        await SetAsync(Team, new SetBudget(5, BudgetEnforcement.Soft));

        await SpendAsync(6);
        Assert.That((await OpenAsync(_node)).IsSuccess, Is.True, "a soft one only warns");
        await SpendAsync(4);

        Assert.That((await OpenAsync(_node, "it")).Error?.Message, Does.Contain("organization"));
        await _node.DoAsync(new DeleteBudget(Organization));
        Assert.That((await OpenAsync(_node, "it")).IsSuccess, Is.True);
    }

    [Test]
    public async Task HardBudget_WhenTheMonthEnds_BeginsAnew()
    {
        await SetAsync(Team, new SetBudget(10, BudgetEnforcement.Hard));
        await SpendAsync(10);
        _clock.Advance(new TimeSpan(20, 23, 59, 59));
        var lastSecond = await OpenAsync(_node);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var nextMonth = await OpenAsync(_node);
        var status = await _node.DoAsync(new GetBudget(Team));
        await SpendAsync(11);

        Assert.That((lastSecond.IsSuccess, nextMonth.IsSuccess), Is.EqualTo((false, true)));
        Assert.That((status.SpentUsd, status.LeftUsd, status.Month), Is.EqualTo((0m, (decimal?)10m, "2026-02")));
        Assert.That((await OpenAsync(_node)).IsSuccess, Is.False);
        Assert.That((await AlertsAsync()).Count(alert => alert.StartsWith("budget.exceeded", StringComparison.Ordinal)), Is.EqualTo(2), "one a month");
    }

    [Test]
    public async Task HardBudget_WhenItIsUsedUp_IsKnownToWhoAsksFromMemory()
    {
        await SetAsync(Organization, new SetBudget(10, BudgetEnforcement.Hard));
        await SpendAsync(9);
        Assert.That(await RefusalAsync(), Is.Null);
        await SetAsync(Organization, new SetBudget(9, BudgetEnforcement.Hard));

        Assert.That((await RefusalAsync())?.Code, Is.EqualTo("budget_exceeded"));
        _clock.Advance(TimeSpan.FromDays(25));
        Assert.That(await RefusalAsync(), Is.Null);

        async Task<Error?> RefusalAsync() => (await _node.Get<IHardBudgets>().GetAsync(CancellationToken.None)).Refusal("acme", "it", _clock.GetUtcNow());
    }

    [Test]
    public async Task DailySpike_WhenADayStandsOut_TellsItOnce()
    {
        await SetAsync(Team, new SetBudget(DailySpikeFactor: 3));
        await SpendAsync(100);
        Assert.That(await AlertsAsync(), Is.Empty, "nothing is usual yet");
        for (var day = 0; day < 14; day++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            await SpendAsync(1);
        }

        _clock.Advance(TimeSpan.FromDays(1));
        await SpendAsync(3);
        Assert.That(await AlertsAsync(), Is.Empty);
        await SpendAsync(0.01m);
        await SpendAsync(50);

        Assert.That(await AlertsAsync(), Is.EqualTo(new[] { "budget.spike hr 3" }));
    }

    private Task<BudgetResponse> SetAsync(BudgetOwner owner, SetBudget budget) => _node.DoAsync(budget with { Owner = owner });

    private Task<Result<JobOpened>> OpenAsync(Node node, string team = "hr")
    {
        var now = _clock.GetUtcNow();
        return node.Get<IJobLedger>().OpenAsync(
            new JobOpening { JobId = Guid.CreateVersion7(now), TeamId = team, JobType = "test", CreatedAt = now, ExpiresAt = now.AddDays(100) },
            CancellationToken.None);
    }

    /// <summary>A call of the team that costs so much, folded into what is spent.</summary>
    private async Task SpendAsync(decimal usd)
    {
        await CallAsync(_node, usd);
        await _node.DoAsync(new FoldUsage());
    }

    private Task CallAsync(Node node, decimal usd) => node.Get<ICallSettlement>().RecordAsync(
        new CallRecord
        {
            CallId = Guid.CreateVersion7(_clock.GetUtcNow()),
            JobId = _job,
            TeamId = "hr",
            Succeeded = true,
            Streamed = false,
            Usage = new TokenUsage(1, 1),
            UsageSource = UsageSource.Upstream,
            CostUsd = usd,
            LatencyMs = 1,
            Attempts = 1,
            CreatedAt = _clock.GetUtcNow(),
        },
        CancellationToken.None);

    private async Task ListenAsync(string? organizationId) => await _node.SqlAsync(
        $"""
        insert into webhooks (webhook_id, organization_id, url, events, secret_encrypted, encryption_key_id, secret_display)
        values (gen_random_uuid(), {(organizationId is null ? "null" : $"'{organizationId}'")}, 'http://localhost', array['budget.exceeded'], '', '', '')
        """);

    private async Task<object?> EventsAsync() => await _node.SqlAsync("select count(*) from webhook_deliveries where type = 'budget.exceeded'");

    /// <summary>Of budgets, oldest first (those of one moment in any order): kind, team and threshold.</summary>
    private async Task<string[]> AlertsAsync() => (string[])(await _node.SqlAsync(
        """
        select coalesce(array_agg(kind || ' ' || coalesce(team_id, '') || ' ' || trim_scale(threshold) order by alert_id), '{}')
        from alerts
        where kind like 'budget.%'
        """))!;
}
