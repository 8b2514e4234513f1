using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Pricing;

/// <summary>What customers are billed for jobs. A call costs 0.000015 USD here and has 12 tokens.</summary>
internal sealed class PricingTests
{
    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
    }

    [SetUp]
    public void AnswerWell() => _upstream.Answer(UpstreamScript.Good());

    [TearDown]
    public Task VerifyAsync() => _service.VerifyLedgerAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Complete_WhenRulesFit_StoresThePriceByTheMostSpecific()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        await CreateRuleAsync(new { kind = "flat", price_usd = 1, organization_id = team.OrganizationId });
        var forTeam = await CreateRuleAsync(new { kind = "flat", price_usd = 2, team_id = team.TeamId });
        var forType = await CreateRuleAsync(new { kind = "flat", price_usd = 0.5, team_id = team.TeamId, job_type = "scan" });

        var test = await CostsAsync(await CompletedJobAsync(team));
        var scan = await CostsAsync(await CompletedJobAsync(team, jobType: "scan"));

        Assert.That(test.GetProperty("price_usd").GetRawText(), Is.EqualTo("2"));
        Assert.That(test.GetProperty("pricing_rule").GetProperty("pricing_rule_id").GetString(), Is.EqualTo(forTeam));
        Assert.That(scan.GetProperty("price_usd").GetRawText(), Is.EqualTo("0.5"));
        Assert.That(scan.GetProperty("margin_usd").GetRawText(), Is.EqualTo("0.499985"));
        Assert.That(scan.GetProperty("margin_percent").GetRawText(), Is.EqualTo("99.997"));
        Assert.That(scan.GetProperty("pricing_rule_id").GetString(), Is.EqualTo(forType));
    }

    [TestCase(7000, 650, "0.3")]
    [TestCase(4000, 1000, "0.3")]
    [TestCase(4000, 999, "0.15")]
    [TestCase(999, 1, "0.15")]
    [TestCase(999, 0, "0.05")]
    public async Task Complete_UnderTiers_PricesByAllTokensOfTheJob(int prompt, int completion, string usd)
    {
        _upstream.Answer(UpstreamScript.Json(200, UpstreamScript.Completion.Replace(
            """{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}""",
            $$"""{"prompt_tokens":{{prompt}},"completion_tokens":{{completion}},"total_tokens":{{prompt + completion}}}""",
            StringComparison.Ordinal)));
        var team = await _service.CreateTeamAtAsync(_upstream);
        await CreateRuleAsync(new
        {
            kind = "tiered",
            team_id = team.TeamId,
            tiers = new object[] { new { below_tokens = 1000, price_usd = 0.05 }, new { below_tokens = 5000, price_usd = 0.15 }, new { price_usd = 0.30 } },
        });

        var costs = await CostsAsync(await CompletedJobAsync(team));

        Assert.That(costs.GetProperty("price_usd").GetRawText(), Is.EqualTo(usd));
    }

    [Test]
    public async Task PatchMarkup_ForATeam_BillsItsCostAndSoMuchOnTopFromNowOn()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var open = await team.CreateJobAsync();
        using var answer = await _service.Operator.PatchAsJsonAsync($"/api/teams/{team.TeamId}/markup", new { markup_percent = 50 });
        var rule = await answer.JsonAsync();
        using var nobody = await _service.Operator.PatchAsJsonAsync("/api/teams/nobody/markup", new { markup_percent = 50 });
        using var none = await _service.Operator.PatchAsJsonAsync($"/api/teams/{team.TeamId}/markup", new { });

        await team.CallAsync(open);
        await team.CompleteAsync(open);
        var costs = await CostsAsync(await CompletedJobAsync(team, calls: 3));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((rule.GetProperty("kind").GetString(), rule.GetProperty("team_id").GetString(), rule.GetProperty("markup_percent").GetInt32()), Is.EqualTo(("markup", team.TeamId, 50)));
        Assert.That((nobody.StatusCode, none.StatusCode), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity)));
        Assert.That((await CostsAsync(open)).GetProperty("price_usd").ValueKind, Is.EqualTo(JsonValueKind.Null), "created before the rule began");
        Assert.That(costs.GetProperty("price_usd").GetRawText(), Is.EqualTo("0.000068"), "0.0000675, rounded once");
    }

    [Test]
    public async Task Complete_WhenTheJobIsNotBillable_StoresZeroAndNoRule()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        await CreateRuleAsync(new { kind = "flat", price_usd = 1, team_id = team.TeamId });
        var failed = await CompletedJobAsync(team, status: "failed");
        var cancelled = await team.CreateJobAsync();
        await team.Client.PostAsync(new Uri($"/api/jobs/{cancelled}/cancel", UriKind.Relative), null);
        _upstream.Answer(UpstreamScript.Error(400));
        var withFailedCall = await CompletedJobAsync(team);

        foreach (var job in new[] { failed, cancelled, withFailedCall })
        {
            var costs = await CostsAsync(job);
            Assert.That(costs.GetProperty("price_usd").GetRawText(), Is.EqualTo("0"));
            Assert.That(costs.GetProperty("margin_percent").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(costs.GetProperty("pricing_rule").ValueKind, Is.EqualTo(JsonValueKind.Null));
        }
    }

    [Test]
    public async Task DeleteRule_WhileAJobRuns_StillBillsThatJobAndNoneAfterIt()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var rule = await CreateRuleAsync(new { kind = "flat", price_usd = 1, team_id = team.TeamId });
        var before = await team.CreateJobAsync();

        using var ended = await _service.Operator.DeleteAsync($"/api/pricing/rules/{rule}");
        using var again = await _service.Operator.DeleteAsync($"/api/pricing/rules/{rule}");
        using var unknown = await _service.Operator.DeleteAsync($"/api/pricing/rules/{Guid.CreateVersion7()}");
        await team.CompleteAsync(before);
        var after = await CompletedJobAsync(team);

        Assert.That((ended.StatusCode, again.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound)));
        Assert.That((await ended.JsonAsync()).GetProperty("effective_to").GetString(), Is.EqualTo((await again.JsonAsync()).GetProperty("effective_to").GetString()));
        Assert.That((await CostsAsync(before)).GetProperty("price_usd").GetRawText(), Is.EqualTo("1"));
        Assert.That((await CostsAsync(after)).GetProperty("price_usd").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task CreateRule_OnAnotherNode_IsHeardBeforeTheNextJobEnds()
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        var team = await _service.CreateTeamAtAsync(_upstream);
        await CompletedJobAsync(team);

        await other.Operator.PostOkAsync("/api/pricing/rules", new { kind = "flat", price_usd = 3, team_id = team.TeamId });

        await Eventually.IsTrueAsync(async () => (await CostsAsync(await CompletedJobAsync(team, calls: 0))).GetProperty("price_usd").ToString() == "3");
    }

    [Test]
    public async Task Team_Nowhere_SeesItsPrice()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        await CreateRuleAsync(new { kind = "flat", price_usd = 0.777, team_id = team.TeamId });
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        var completion = await (await team.PostCompleteAsync(job)).Content.ReadAsStringAsync();
        var shown = await team.Client.GetStringAsync(new Uri($"/api/jobs/{job}", UriKind.Relative));

        Assert.That(completion + shown, Does.Not.Contain("price").And.Not.Contain("0.777"));
    }

    [Test]
    public async Task ListRules_WithFilters_GivesPagesOfThose()
    {
        var team = await _service.CreateTeamAsync();
        var first = await CreateRuleAsync(new { kind = "flat", price_usd = 1, team_id = team.TeamId, effective_from = "2026-01-01T00:00:00Z" });
        var second = await CreateRuleAsync(new { kind = "flat", price_usd = 2, team_id = team.TeamId, effective_from = "2026-03-01T00:00:00+01:00" });
        var scan = await CreateRuleAsync(new { kind = "flat", price_usd = 3, team_id = team.TeamId, job_type = "scan", effective_from = "2026-02-01T00:00:00Z", effective_to = "2026-04-01T00:00:00Z" });

        Assert.That(await IdsAsync(string.Empty), Is.EqualTo(new[] { scan, second, first }));
        Assert.That(await IdsAsync("&job_type=scan"), Is.EqualTo(new[] { scan }));
        Assert.That(await IdsAsync("&active_at=2026-01-15T00:00:00Z"), Is.EqualTo(new[] { first }));
        Assert.That(await IdsAsync("&active_at=2026-03-15T00:00:00Z"), Is.EqualTo(new[] { scan, second }), "the first has been replaced");
        Assert.That(await IdsAsync("&active_at=2026-04-01T00:00:00Z"), Is.EqualTo(new[] { second }));
        Assert.That(await IdsAsync("&organization_id=" + team.OrganizationId), Is.Empty);

        var page = await _service.Operator.GetOkAsync($"/api/pricing/rules?team_id={team.TeamId}&limit=2");
        Assert.That(page.GetProperty("rules").GetArrayLength(), Is.EqualTo(2));
        Assert.That(await IdsAsync("&limit=2&cursor=" + page.GetProperty("next_cursor").GetString()), Is.EqualTo(new[] { first }));
        Assert.That((await _service.Operator.GetOkAsync($"/api/pricing/rules/{second}")).GetProperty("effective_from").GetString(), Does.StartWith("2026-02-28T23:00:00"));

        async Task<string[]> IdsAsync(string query) =>
        [
            .. (await _service.Operator.GetOkAsync($"/api/pricing/rules?team_id={team.TeamId}{query}")).GetProperty("data").EnumerateArray()
                .Select(rule => rule.GetProperty("pricing_rule_id").GetString()!),
        ];
    }

    [TestCase("""{"kind":"free"}""", "kind")]
    [TestCase("""{}""", "kind")]
    [TestCase("""{"kind":"flat"}""", "price_usd")]
    [TestCase("""{"kind":"flat","price_usd":-1}""", "price_usd")]
    [TestCase("""{"kind":"flat","price_usd":1,"markup_percent":5}""", "markup_percent")]
    [TestCase("""{"kind":"flat","price_usd":1,"tiers":[{"price_usd":1}]}""", "tiers")]
    [TestCase("""{"kind":"markup","markup_percent":-1}""", "markup_percent")]
    [TestCase("""{"kind":"markup","markup_percent":1.00001}""", "markup_percent")]
    [TestCase("""{"kind":"tiered","tiers":[]}""", "tiers")]
    [TestCase("""{"kind":"tiered","tiers":[{"below_tokens":5,"price_usd":1}]}""", "tiers")]
    [TestCase("""{"kind":"tiered","tiers":[{"below_tokens":5,"price_usd":1},{"below_tokens":5,"price_usd":2},{"price_usd":3}]}""", "tiers")]
    [TestCase("""{"kind":"tiered","tiers":[{"price_usd":1},{"price_usd":3}]}""", "tiers")]
    [TestCase("""{"kind":"tiered","tiers":[null]}""", "tiers")]
    [TestCase("""{"kind":"flat","price_usd":1,"team_id":"no-such-team"}""", "team_id")]
    [TestCase("""{"kind":"flat","price_usd":1,"organization_id":"no-such-org"}""", "organization_id")]
    [TestCase("""{"kind":"flat","price_usd":1,"team_id":"a","organization_id":"b"}""", "team_id")]
    [TestCase("""{"kind":"flat","price_usd":1,"job_type":""}""", "job_type")]
    [TestCase("""{"kind":"flat","price_usd":1,"decimals":11}""", "decimals")]
    [TestCase("""{"kind":"flat","price_usd":1,"decimals":2,"minimum_usd":0.001}""", "minimum_usd")]
    [TestCase("""{"kind":"flat","price_usd":1,"minimum_usd":2,"maximum_usd":1}""", "maximum_usd")]
    [TestCase("""{"kind":"flat","price_usd":1,"effective_from":"1900-01-01T00:00:00Z"}""", "effective_from")]
    [TestCase("""{"kind":"flat","price_usd":1,"effective_to":"2020-01-01T00:00:00Z"}""", "effective_to")]
    public async Task CreateRule_WhenAFieldIsOdd_NamesIt(string body, string field)
    {
        using var answer = await _service.Operator.PostRawAsync("/api/pricing/rules", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True, await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Preview_OfAMonth_PricesItsJobsUnderTheRuleAndKeepsNothing()
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        var special = await CreateRuleAsync(new { kind = "flat", price_usd = 0.4, team_id = team.TeamId, job_type = "scan" });
        for (var i = 0; i < 3; i++)
            await CompletedJobAsync(team, calls: 2);
        await CompletedJobAsync(team, jobType: "scan");
        await CompletedJobAsync(team, status: "failed");
        await _service.Operator.DeleteAsync($"/api/pricing/rules/{special}");
        var rule = new { kind = "markup", markup_percent = 100, team_id = team.TeamId, minimum_usd = 0.1, effective_from = "2999-01-01T00:00:00Z" };
        var month = DateTimeOffset.Parse((await JobAsync(await team.CreateJobAsync())).GetProperty("created_at").GetString()!).ToString("yyyy-MM");

        var preview = await _service.Operator.PostOkAsync("/api/pricing/preview", new { rule, month, team_id = team.TeamId });
        var otherMonth = await _service.Operator.PostOkAsync("/api/pricing/preview", new { rule, month = "2001-02", team_id = team.TeamId });

        var total = preview.GetProperty("total");
        Assert.That(total.GetProperty("jobs").GetInt32(), Is.EqualTo(4));
        Assert.That(total.GetProperty("jobs_priced_by_rule").GetInt32(), Is.EqualTo(3));
        Assert.That(total.GetProperty("cost_usd").GetRawText(), Is.EqualTo("0.000105"));
        Assert.That(total.GetProperty("current").GetProperty("revenue_usd").GetRawText(), Is.EqualTo("0.4"));
        Assert.That(total.GetProperty("proposed").GetProperty("revenue_usd").GetRawText(), Is.EqualTo("0.7"));
        Assert.That(total.GetProperty("proposed").GetProperty("margin_usd").GetRawText(), Is.EqualTo("0.699895"));
        Assert.That(total.GetProperty("proposed").GetProperty("margin_percent").GetRawText(), Is.EqualTo("99.985"));
        Assert.That(preview.GetProperty("by_team").GetArrayLength(), Is.EqualTo(1));
        Assert.That(preview.GetProperty("by_job_type").EnumerateArray().Select(type => (type.GetProperty("job_type").GetString(), type.GetProperty("figures").GetProperty("jobs").GetInt32())), Is.EqualTo(new[] { ("scan", 1), ("test", 3) }));
        Assert.That(otherMonth.GetProperty("total").GetProperty("jobs").GetInt32(), Is.Zero);
        Assert.That((await _service.Operator.GetOkAsync($"/api/pricing/rules?team_id={team.TeamId}")).GetProperty("rules").GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("""{"month":"2026-01"}""", "rule")]
    [TestCase("""{"month":"2026-13","rule":{"kind":"flat","price_usd":1}}""", "month")]
    [TestCase("""{"month":"2026","rule":{"kind":"flat","price_usd":1}}""", "month")]
    [TestCase("""{"month":"2026-01","rule":{"kind":"flat"}}""", "rule.price_usd")]
    public async Task Preview_WhenAFieldIsOdd_NamesIt(string body, string field)
    {
        using var answer = await _service.Operator.PostRawAsync("/api/pricing/preview", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> CreateRuleAsync(object rule) =>
        (await _service.Operator.PostOkAsync("/api/pricing/rules", rule)).GetProperty("pricing_rule_id").GetString()!;

    private static async Task<Guid> CompletedJobAsync(TestTeam team, int calls = 1, string jobType = "test", string status = "completed")
    {
        var job = await team.CreateJobAsync(its => its.JobType = jobType);
        for (var i = 0; i < calls; i++)
            (await team.PostCallAsync(job)).Dispose();
        await team.CompleteAsync(job, status);
        return job;
    }

    private Task<JsonElement> JobAsync(Guid job) => _service.Operator.GetOkAsync($"/api/jobs/{job}");

    private async Task<JsonElement> CostsAsync(Guid job) => (await _service.Operator.GetOkAsync($"/api/jobs/{job}/costs")).GetProperty("costs");
}
