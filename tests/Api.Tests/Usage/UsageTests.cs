using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Usage;

/// <summary>Usage and reports as callers see them.</summary>
internal sealed class UsageTests
{
    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Reports_AfterAJob_ShowItAtOnce()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var job = await team.CreateJobAsync(its => its.UserId = "ann");
        await team.CallAsync(job);
        await team.CallAsync(job);
        await team.CompleteAsync(job);
        var cost = (await _service.CostsAsync(job)).TotalCostUsd;

        var usage = await _service.Operator.GetOkAsync($"/api/usage?group_by=team,job_type&team_id={team.TeamId}");
        var line = usage.GetProperty("data").EnumerateArray().Single();
        Assert.That(
            (line.GetProperty("job_type").GetString(), line.GetProperty("total_jobs").GetInt64(), line.GetProperty("successful_jobs").GetInt64(), line.GetProperty("total_calls").GetInt64(), line.GetProperty("total_cost_usd").GetDecimal()),
            Is.EqualTo(("test", 1, 1, 2, cost)));

        var margins = (await _service.Operator.GetOkAsync("/api/reports/margins?group_by=team")).GetProperty("data").EnumerateArray();
        Assert.That(margins.Single(margin => margin.GetProperty("team_id").GetString() == team.TeamId).GetProperty("cost_usd").GetDecimal(), Is.EqualTo(cost));

        var jobs = (await _service.Operator.GetOkAsync("/api/reports/top?by=jobs&limit=200")).GetProperty("data").EnumerateArray();
        Assert.That(jobs.Single(top => top.GetProperty("job_id").GetGuid() == job).GetProperty("total_cost_usd").GetDecimal(), Is.EqualTo(cost));
        var users = (await _service.Operator.GetOkAsync("/api/reports/top?by=users&limit=200")).GetProperty("data").EnumerateArray();
        Assert.That(users.Single(top => top.GetProperty("team_id").GetString() == team.TeamId).GetProperty("user_id").GetString(), Is.EqualTo("ann"));
        Assert.That((await _service.Operator.GetOkAsync("/api/reports/top")).GetProperty("data").GetArrayLength(), Is.Positive);
        Assert.That((await _service.Operator.GetOkAsync("/api/reports/top?by=teams&limit=1")).GetProperty("data").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task TeamUsage_ForItself_ShowsNoModelProviderOrRevenue()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CompleteAsync(job);

        var json = await team.Client.GetStringAsync($"/api/teams/{team.TeamId}/usage");
        var csv = await CsvAsync(team.Client, $"/api/teams/{team.TeamId}/usage");

        foreach (var text in new[] { json, string.Join('\n', csv) })
        {
            Assert.That(text, Does.Not.Contain("revenue").And.Not.Contain("margin").And.Not.Contain("provider").And.Not.Contain("secret-model"));
            Assert.That(text, Does.Contain("test"));
        }

        Assert.That(csv[0], Is.EqualTo("date,job_type,total_jobs,successful_jobs,failed_jobs,total_tokens,cost_usd,credits_used"));
        Assert.That(csv, Has.Length.EqualTo(2));
        Assert.That((await CsvAsync(_service.Operator, $"/api/organizations/{team.OrganizationId}/usage"))[1], Is.EqualTo(csv[1]));
    }

    [TestCase("/api/usage?group_by=day", "starts_at,organization_id")]
    [TestCase("/api/reports/margins?group_by=team,month", "starts_at,organization_id,team_id,job_type,model,revenue_usd")]
    [TestCase("/api/reports/top?by=models", "starts_at,organization_id")]
    public async Task Report_AsCsv_HasAHeaderAndRows(string path, string header)
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CompleteAsync(job);

        var lines = await CsvAsync(_service.Operator, path);

        Assert.That(lines[0], Does.StartWith(header));
        Assert.That(lines, Has.Length.GreaterThan(1));
        Assert.That(lines.Select(line => line.Count(character => character == ',')), Is.All.EqualTo(lines[0].Count(character => character == ',')));
    }

    [Test]
    public async Task JobList_AsCsv_HasAllJobsAndNoFormulas()
    {
        var team = await _service.CreateTeamAsync(credits: 1000);
        for (var i = 0; i < 260; i++)
            await team.CreateJobAsync(its => (its.UserId, its.ExternalTaskId, its.Metadata) = ("=cmd|' /C calc'!A0", "a,\"b\"", new { note = "x" }));

        var lines = await CsvAsync(team.Client, $"/api/teams/{team.TeamId}/jobs?limit=10");

        Assert.That(lines, Has.Length.EqualTo(261));
        Assert.That(lines[1], Does.Contain(",'=cmd|' /C calc'!A0,\"a,\"\"b\"\"\",pending,").And.Contain("\"{\"\"note\"\": \"\"x\"\"}\""));
    }

    [TestCase("/api/usage?group_by=planet", "group_by")]
    [TestCase("/api/usage?from=2026-01-01T00:30:00Z", "from")]
    [TestCase("/api/usage?period=2026&from=2026-01-01", "period")]
    [TestCase("/api/usage?group_by=user&from=2026-01-01T01:00:00Z&to=2026-01-02", "from")]
    [TestCase("/api/reports/margins?group_by=provider", "group_by")]
    [TestCase("/api/reports/top?by=planets", "by")]
    [TestCase("/api/reports/top?limit=0", "limit")]
    public async Task Report_WithABadQuestion_Answers422(string path, string field)
    {
        foreach (var accept in new[] { "application/json", "text/csv" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(accept) } } };
            using var response = await _service.Operator.SendAsync(request);

            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That((await response.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True);
        }
    }

    [Test]
    public async Task Rollups_OfThreeProcessesOfWhichOneIsKilled_CountEachOnce()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var here = await ServiceUnderTest.StartAsync(database, "Usage:FoldIntervalSeconds=1");
        await using var there = await ServiceProcess.StartAsync(database, "Usage:FoldIntervalSeconds=1");
        await using var doomed = await ServiceProcess.StartAsync(database, "Usage:FoldIntervalSeconds=1");
        var team = await here.CreateTeamAtAsync(_upstream, credits: 10_000);
        var key = team.Client.DefaultRequestHeaders.Authorization!.Parameter!;
        using var thereClient = there.Client(key);
        using var doomedClient = doomed.Client(key);

        var load = new[] { team.Client, thereClient, doomedClient }.SelectMany(client => Enumerable.Repeat(client, 4)).Select(client => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; i < 60; i++)
                {
                    var job = (await client.PostOkAsync("/api/jobs/create", new { team_id = team.TeamId, job_type = "race" })).GetProperty("job_id").GetString();
                    await client.PostOkAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"));
                    await client.PostOkAsync($"/api/jobs/{job}/complete", new { status = "completed" });
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or IOException or JsonException)
            {
                // The node is dead.
            }
        })).ToArray();
        await Task.WhenAny(load);
        await doomed.KillAsync();
        await Task.WhenAll(load);

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await Eventually.IsTrueAsync(async () => await ReadAsync("select (select count(*) from calls_to_roll) + (select count(*) from jobs_to_roll)") == 0);
        foreach (var grain in new[] { "hour", "day", "month" })
        {
            Assert.That(await ReadAsync($"select sum(jobs)::bigint from job_usage where grain = '{grain}' and organization_id <> ''"), Is.EqualTo(await ReadAsync("select count(*) from jobs")));
            Assert.That(await ReadAsync($"select sum(completed)::bigint from job_usage where grain = '{grain}' and organization_id <> ''"), Is.EqualTo(await ReadAsync("select count(*) from jobs where status = 'completed'")));
            Assert.That(await ReadAsync($"select sum(calls)::bigint from model_usage where grain = '{grain}' and organization_id <> ''"), Is.EqualTo(await ReadAsync("select count(*) from llm_calls")));
        }

        Assert.That(await ReadAsync("select count(*) from jobs"), Is.GreaterThan(480));
        await here.VerifyLedgerAsync();

        async Task<long> ReadAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private static async Task<string[]> CsvAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/csv") } } };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/csv"));
        return text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
