using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Http;

internal sealed class CostPreferenceTests
{
    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;
    private Guid _job;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _team = await _service.CreateTeamAsync();
        _job = await _team.CreateJobAsync();
        await _team.CallAsync(_job);
        await _team.CompleteAsync(_job);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("/api/teams/{team}")]
    [TestCase("/api/teams/{team}/jobs")]
    [TestCase("/api/teams/{team}/usage")]
    [TestCase("/api/jobs/{job}")]
    public async Task Answer_WhereNoCostsArePreferred_LeavesThemOut(string path)
    {
        var whole = await GetAsync(path, prefer: null);
        var without = await GetAsync(path, "costs=none");

        Assert.That(whole, Does.Contain("cost"));
        Assert.That(without, Does.Not.Contain("cost").And.Contain(_team.TeamId));
    }

    private async Task<string> GetAsync(string path, string? prefer)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, path.Replace("{team}", _team.TeamId, StringComparison.Ordinal).Replace("{job}", _job.ToString(), StringComparison.Ordinal));
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        using var answer = await _team.Client.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }
}
