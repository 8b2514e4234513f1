using System.Net;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>The operator's list of jobs over all teams.</summary>
internal sealed class AllJobsTests
{
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task List_OverSeveralTeams_PagesThroughAllNewestFirst()
    {
        var teams = new[] { await _service.CreateTeamAsync(), await _service.CreateTeamAsync() };
        var made = new List<Guid>();
        for (var i = 0; i < 7; i++)
            made.Add(await teams[i % 2].CreateJobAsync());

        Assert.That(await PagedAsync("/api/jobs?limit=3"), Is.EqualTo(Enumerable.Reverse(made)));
        Assert.That(
            await PagedAsync($"/api/jobs?limit=2&organization_id={teams[1].OrganizationId}"),
            Is.EqualTo(Enumerable.Reverse(made.Where((_, index) => index % 2 == 1))));
    }

    [Test]
    public async Task List_WithFilters_GivesWhatPassesAll()
    {
        var (one, other) = (await _service.CreateTeamAsync(), await _service.CreateTeamAsync());
        var ended = await one.CreateJobAsync(its => (its.JobType, its.UserId) = ("invoice", "ada"));
        await one.CompleteAsync(ended);
        await one.CreateJobAsync(its => (its.JobType, its.UserId) = ("invoice", "ada"));
        await other.CreateJobAsync(its => its.JobType = "letter");

        Assert.That(await PagedAsync("/api/jobs?status=completed&job_type=invoice&user_id=ada"), Is.EqualTo(new[] { ended }));
        Assert.That(await PagedAsync($"/api/jobs?status=completed&organization_id={one.OrganizationId}"), Is.EqualTo(new[] { ended }));
        Assert.That(await PagedAsync("/api/jobs?to=2020-01-01T00:00:00Z"), Is.Empty);
        Assert.That(await PagedAsync("/api/jobs?from=2020-01-01T00:00:00Z"), Has.Count.EqualTo(3));
    }

    [TestCase("status=odd", 422)]
    [TestCase("organization_id=no-such", 404)]
    [TestCase("cursor=bm8", 422)]
    [TestCase("limit=500", 422)]
    public async Task List_WithABadQuery_IsRefused(string query, int status)
    {
        using var refused = await _service.Operator.GetAsync("/api/jobs?" + query);

        Assert.That((int)refused.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task List_ForATeam_IsTheOperators()
    {
        var team = await _service.CreateTeamAsync();

        using var refused = await team.Client.GetAsync("/api/jobs");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    /// <summary>The ids of all pages.</summary>
    private async Task<List<Guid>> PagedAsync(string path)
    {
        var ids = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await _service.Operator.GetOkAsync(cursor is null ? path : $"{path}&cursor={cursor}");
            ids.AddRange(page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("job_id").GetGuid()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return ids;
    }
}
