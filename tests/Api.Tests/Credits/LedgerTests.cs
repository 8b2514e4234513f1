using System.Net;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Credits;

/// <summary>The books over all wallets, as the operator reads them.</summary>
internal sealed class LedgerTests
{
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Transactions_OfAllWallets_ComeNewestFirstAndSayWhose()
    {
        var teams = new[] { await _service.CreateTeamAsync(credits: 3), await _service.CreateTeamAsync(credits: 4) };
        await _service.Operator.PostOkAsync($"/api/organizations/{teams[0].OrganizationId}/credits/add", new { credits = 5 });

        var seen = new List<(string?, string?, string)>();
        string? cursor = null;
        do
        {
            var page = await _service.Operator.GetOkAsync("/api/ledger/transactions?kind=allocation&limit=1" + (cursor is null ? "" : "&cursor=" + cursor));
            seen.AddRange(page.GetProperty("transactions").EnumerateArray().Select(entry => (
                entry.GetProperty("team_id").GetString(), entry.GetProperty("organization_id").GetString(), entry.GetProperty("amount").GetRawText())));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(new (string?, string?, string)[]
        {
            (null, teams[0].OrganizationId, "5"), (teams[1].TeamId, teams[1].OrganizationId, "4"), (teams[0].TeamId, teams[0].OrganizationId, "3"),
        }));
    }

    [Test]
    public async Task Holds_OfOpenJobs_AreSummedUpUntilTheyEnd()
    {
        var team = await _service.CreateTeamAsync();
        var jobs = new[] { await team.CreateJobAsync(), await team.CreateJobAsync() };

        var held = (await _service.Operator.GetOkAsync("/api/ledger/holds")).GetProperty("jobs");
        foreach (var job in jobs)
            await team.CompleteAsync(job);
        var left = (await _service.Operator.GetOkAsync("/api/ledger/holds")).GetProperty("jobs");

        Assert.That((held.GetProperty("count").GetInt32(), held.GetProperty("credits").GetRawText()), Is.EqualTo((2, "2")));
        Assert.That(held.GetProperty("oldest_at").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UnixEpoch));
        Assert.That((left.GetProperty("count").GetInt32(), left.GetProperty("oldest_at").GetString()), Is.EqualTo((0, (string?)null)));
    }

    [TestCase("/api/ledger/transactions?kind=odd", HttpStatusCode.UnprocessableEntity)]
    [TestCase("/api/ledger/transactions?cursor=bm8", HttpStatusCode.UnprocessableEntity)]
    public async Task Transactions_WithABadQuery_AreRefused(string path, HttpStatusCode status)
    {
        using var refused = await _service.Operator.GetAsync(path);

        Assert.That(refused.StatusCode, Is.EqualTo(status));
    }

    [TestCase("/api/ledger/transactions")]
    [TestCase("/api/ledger/holds")]
    public async Task Ledger_ForATeam_IsTheOperators(string path)
    {
        var team = await _service.CreateTeamAsync();

        using var refused = await team.Client.GetAsync(path);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }
}
