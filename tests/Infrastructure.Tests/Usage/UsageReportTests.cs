using Dapper;
using Npgsql;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>Every report is, number for number, what plain SQL over the raw rows says, whatever of it is in the rollups already.</summary>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class UsageReportTests(bool folded)
{
    private const string Period = "2044";

    private static readonly DateTimeOffset Start = new(2044, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Node _node = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        var scenario = new UsageScenario(_node, seed: 11);
        await scenario.CreateTenantsAsync();
        for (var month = 0; month < 12; month++)
            await _node.Get<IMonthPartitions>().CreateAsync(new DateOnly(2044, month + 1, 1), CancellationToken.None);
        await scenario.RunAsync(250, 80, Start.AddMonths(-1), Start.AddMonths(14));
        await _node.DoAsync(new FoldUsage());
        await scenario.RunAsync(120, 40, Start.AddMonths(-1), Start.AddMonths(14));
        if (folded)
            await _node.DoAsync(new FoldUsage());
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Margins_OverAYear_AreThoseOfOneQueryOverTheRawRows()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = (await connection.QueryAsync<(DateTime, string, string, string?, decimal, decimal)>(
            """
            with revenue as (
                select date_trunc('month', jobs.created_at, 'utc') as month, organization_id, team_id, job_type, price_usd as usd
                from jobs
                join teams using (team_id)
                where completed_at is not null
                and refunded_at is null
                and jobs.created_at >= '2044-01-01Z'
                and jobs.created_at < '2045-01-01Z'
                union all
                select date_trunc('month', created_at, 'utc'), organization_id, coalesce(team_id, ''), null, (credits - credits_written_off) * 0.001
                from llm_calls
                where job_id is null
                and created_at >= '2044-01-01Z'
                and created_at < '2045-01-01Z'
            ),
            cost as (
                select
                    date_trunc('month', coalesce(job.created_at, call.created_at), 'utc') as month,
                    coalesce(call.organization_id, team.organization_id) as organization_id,
                    coalesce(call.team_id, '') as team_id,
                    job.job_type,
                    call.cost_usd as usd
                from llm_calls as call
                left join jobs as job using (job_id)
                left join teams as team on team.team_id = call.team_id
                where coalesce(job.created_at, call.created_at) >= '2044-01-01Z'
                and coalesce(job.created_at, call.created_at) < '2045-01-01Z'
            )
            select month, organization_id, team_id, job_type, coalesce(sum(revenue), 0), coalesce(sum(cost), 0)
            from (
                select month, organization_id, team_id, job_type, usd as revenue, null as cost
                from revenue
                union all
                select month, organization_id, team_id, job_type, null, usd
                from cost
            ) as moved
            group by month, organization_id, team_id, job_type
            having sum(revenue) > 0
            or sum(cost) > 0
            """)).Select(row => (row.Item1, row.Item2, row.Item3, row.Item4 ?? "", row.Item5, row.Item6)).ToList();

        var report = (await MarginsAsync("month,organization,team,job_type"))
            .Where(line => line.RevenueUsd > 0 || line.CostUsd > 0)
            .Select(line => (line.StartsAt!.Value.UtcDateTime, line.OrganizationId!, line.TeamId ?? "", line.JobType ?? "", line.RevenueUsd, line.CostUsd));

        Assert.That(expected, Has.Count.GreaterThan(100));
        Assert.That(report, Is.EquivalentTo(expected));
        Assert.That(await MarginsAsync(null), Has.Count.EqualTo(1).And.One.Matches<MarginLine>(line =>
            line.RevenueUsd == expected.Sum(row => row.Item5) && line.CostUsd == expected.Sum(row => row.Item6)));
    }

    [TestCase("model,month")]
    [TestCase("team,model")]
    [TestCase("job_type")]
    [TestCase("organization")]
    public async Task Margins_HoweverGrouped_SumUpToTheSame(string groupBy)
    {
        var all = (await MarginsAsync(null)).Single();

        var lines = await MarginsAsync(groupBy);

        Assert.That(lines, Has.Count.GreaterThan(1));
        Assert.That((lines.Sum(line => line.RevenueUsd), lines.Sum(line => line.CostUsd)), Is.EqualTo((all.RevenueUsd, all.CostUsd)));
    }

    [TestCase("2044-02-03T05:00Z", "2044-06-07T09:00Z")]
    [TestCase("2044-03-01", "2044-03-02")]
    [TestCase("2044-03-31T23:00Z", "2044-04-01T01:00Z")]
    [TestCase("2044-01-31T00:00Z", "2044-05-01T00:00Z")]
    public async Task Usage_OfAnyWholeHours_IsThatOfTheRawRows(string from, string to)
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = await connection.QuerySingleAsync<(long, long, decimal)>(
            $"""
            select
                (select count(*) from jobs where created_at >= '{from}' and created_at < '{to}'),
                count(*),
                coalesce(sum(call.cost_usd), 0)
            from llm_calls as call
            left join jobs as job using (job_id)
            where coalesce(job.created_at, call.created_at) >= '{from}'
            and coalesce(job.created_at, call.created_at) < '{to}'
            """);

        foreach (var groupBy in new[] { "hour", "day", "month", "team,job_type", "organization" })
        {
            var lines = await LinesAsync(new GetUsage(groupBy, null, from, to, null, null, null));
            Assert.That((lines.Sum(line => line.TotalJobs), lines.Sum(line => line.TotalCalls), lines.Sum(line => line.TotalCostUsd)), Is.EqualTo(expected), groupBy);
        }

        var byModel = await LinesAsync(new GetUsage("hour,model_group,model,provider", null, from, to, null, null, null));
        Assert.That((byModel.Sum(line => line.TotalCalls), byModel.Sum(line => line.TotalCostUsd)), Is.EqualTo((expected.Item2, expected.Item3)));
    }

    [Test]
    public async Task Usage_OfOneTeam_IsThatOfTheRawRows()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = (await connection.QueryAsync<(string, long, long, long, decimal, decimal)>(
            """
            select
                job_type,
                count(*),
                count(*) filter (where status = 'completed'),
                count(*) filter (where status = 'failed'),
                sum(total_cost_usd + late_cost_usd),
                sum(credits_charged) filter (where refunded_at is null)
            from jobs
            where team_id = 'team-0'
            and created_at >= '2044-01-01Z'
            and created_at < '2045-01-01Z'
            group by job_type
            """)).ToList();

        var usage = await _node.DoAsync(new GetTeamUsage(Caller.Operator("test"), "team-0", Period));

        Assert.That(usage.JobTypes.Select(type => (type.Key, type.Value.Count, type.Value.CostUsd, type.Value.CreditsUsed)),
            Is.EquivalentTo(expected.Select(row => (row.Item1, row.Item2, row.Item5, row.Item6))));
        Assert.That((usage.Summary.TotalJobs, usage.Summary.SuccessfulJobs, usage.Summary.FailedJobs, usage.Summary.TotalCostUsd),
            Is.EqualTo((expected.Sum(row => row.Item2), expected.Sum(row => row.Item3), expected.Sum(row => row.Item4), expected.Sum(row => row.Item5))));
        Assert.That(usage.ByDay.Sum(day => day.Jobs), Is.EqualTo(usage.Summary.TotalJobs));
        Assert.That(usage.ByModelGroup.Sum(group => group.Value.Calls), Is.EqualTo(await connection.QuerySingleAsync<long>(
            """
            select count(*)
            from llm_calls as call
            left join jobs as job using (job_id)
            where call.team_id = 'team-0'
            and coalesce(job.created_at, call.created_at) >= '2044-01-01Z'
            and coalesce(job.created_at, call.created_at) < '2045-01-01Z'
            """)));
    }

    [Test]
    public async Task TeamSummary_OverAllTime_IsThatOfTheRawRows()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = await connection.QueryAsync<(string, long, decimal)>(
            "select team_id, count(*), sum(total_cost_usd + late_cost_usd) from jobs group by team_id order by team_id");

        var teams = await _node.DoAsync(new ListTeams(null, new PageRequest(null, null)));

        Assert.That(teams.Data.Select(team => (team.TeamId, team.UsageSummary!.TotalJobs, team.UsageSummary.TotalCostUsd)), Is.EqualTo(expected));
    }

    [Test]
    public async Task CallerUsage_OfAYear_IsThatOfTheRawRows()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = (await connection.QueryAsync<(string, long, decimal)>(
            """
            select provider, count(*), sum(credits)
            from llm_calls
            where organization_id = 'org-2'
            and user_id = 'caller-1'
            and created_at >= '2044-01-01Z'
            and created_at < '2045-01-01Z'
            group by provider
            """)).ToList();

        var caller = Caller.User("caller-1", "x", "org-2", SaasLlm.Domain.Organizations.OrganizationRole.Member);
        var usage = await _node.DoAsync(new GetCallerUsage(caller, Period, null));

        Assert.That(usage.Providers.Select(provider => (provider.Provider, provider.Requests, provider.Cost)), Is.EquivalentTo(expected));
        Assert.That((usage.TotalRequests, usage.TotalCost), Is.EqualTo((expected.Sum(row => row.Item2), expected.Sum(row => row.Item3))));
        Assert.That(usage.Days.Sum(day => day.Requests), Is.EqualTo(usage.TotalRequests));
    }

    [Test]
    public async Task Top_ByEach_IsThatOfTheRawRows()
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var jobs = await connection.QueryAsync<(Guid, decimal)>(
            """
            select job_id, total_cost_usd + late_cost_usd
            from jobs
            where completed_at is not null
            and created_at >= '2044-01-01Z'
            and created_at < '2045-01-01Z'
            order by 2 desc, 1
            limit 20
            """);
        Assert.That((await TopAsync("jobs", 20)).Select(line => (line.JobId!.Value, line.TotalCostUsd)), Is.EqualTo(jobs));
        Assert.That((await TopAsync("teams", 3)).Select(line => line.TotalCostUsd), Is.Ordered.Descending);
        Assert.That((await TopAsync("models", 200)).Sum(line => line.TotalCostUsd), Is.EqualTo((await MarginsAsync(null)).Single().CostUsd));
    }

    [TestCase("2044-01-01", "2045-01-01", Description = "quarters")]
    [TestCase("2044-02-01", "2044-12-01", Description = "quarters between months")]
    [TestCase("2044-01-30", "2044-11-02", Description = "and months between days")]
    [TestCase("2044-05-03", "2044-05-20", Description = "days")]
    public async Task Top_ByUsers_IsThatOfTheRawRows(string from, string to)
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var expected = await connection.QueryAsync<(string, string, long, decimal)>(
            """
            select coalesce(call.team_id, ''), coalesce(job.user_id, call.user_id) as user_id, count(*), sum(call.cost_usd)
            from llm_calls as call
            left join jobs as job using (job_id)
            where coalesce(job.user_id, call.user_id) is not null
            and coalesce(job.created_at, call.created_at) >= @from::timestamp at time zone 'utc'
            and coalesce(job.created_at, call.created_at) < @to::timestamp at time zone 'utc'
            group by 1, 2
            having sum(call.cost_usd) > 0
            order by 4 desc
            """,
            new { from, to });

        var top = await ReadAsync(new GetTop("users", null, from, to, 100), report => report.Data);

        Assert.That(expected, Is.Not.Empty);
        Assert.That(
            top.Where(line => line.TotalCostUsd > 0).Select(line => (line.TeamId ?? "", line.UserId!, line.TotalCalls, line.TotalCostUsd)),
            Is.EqualTo(expected));
    }

    [TestCase("team,hour,day", "group_by")]
    [TestCase("planet", "group_by")]
    [TestCase("user,model", "group_by")]
    public async Task Usage_WithGroupsThatDoNotGoTogether_IsRefused(string groupBy, string field)
    {
        var error = await _node.RefusedAsync(new GetUsage(groupBy, null, null, null, null, null, null));

        Assert.That((error.Kind, error.Fields!.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    [TestCase("2044-01-01T00:30Z", "2044-02-01", "from")]
    [TestCase("2044-01-01", "2044-01-01T10:00:01Z", "to")]
    [TestCase("2044-02-01", "2044-01-01", "from")]
    [TestCase(null, "2044-01-01", "from")]
    [TestCase("yesterday", null, "from")]
    public async Task Usage_OfARangeThatIsNoWholeHours_IsRefused(string? from, string? to, string field)
    {
        var error = await _node.RefusedAsync(new GetMargins(null, null, from, to));

        Assert.That((error.Kind, error.Fields!.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    private Task<List<MarginLine>> MarginsAsync(string? groupBy) => ReadAsync(new GetMargins(groupBy, Period, null, null), report => report.Data);

    private Task<List<UsageLine>> LinesAsync(GetUsage query) => ReadAsync(query, report => report.Data);

    private Task<List<UsageLine>> TopAsync(string by, int limit) => ReadAsync(new GetTop(by, Period, null, null, limit), report => report.Data);

    /// <summary>Reads a report within the scope that it comes from.</summary>
    private Task<List<TLine>> ReadAsync<TReport, TLine>(MediatR.IRequest<Result<TReport>> query, Func<TReport, IAsyncEnumerable<TLine>> data) =>
        _node.WithAsync<MediatR.IMediator, List<TLine>>(async mediator =>
        {
            var lines = new List<TLine>();
            await foreach (var line in data((await mediator.Send(query)).Value))
                lines.Add(line);
            return lines;
        });
}
