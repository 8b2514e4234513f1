using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Llm;

/// <summary>What tiers count, on one node and on two.</summary>
internal sealed class QuotaTests
{
    private const string ServiceKey = "sk-quota-service-key-2026";

    private string _database = null!;
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await ServiceUnderTest.StartAsync(
            _database, $"Auth:ServiceKeys:0:Key={ServiceKey}", "Auth:ServiceKeys:0:Name=quota-service", "Auth:ServiceKeys:0:OrganizationId=org-quota-service");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Calls_OfAMonth_AreCountedToldAndThenRefused()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        var tier = await CreateTierAsync(monthly: 3);
        var tenant = await _service.CreateTenantAsync(1000, tier);

        for (var left = 2; left >= 0; left--)
        {
            using var answer = await tenant.CallAsync(model);
            Assert.That((Header(answer, "Limit"), Header(answer, "Remaining")), Is.EqualTo((3L, (long)left)));
        }

        using var refused = await tenant.CallAsync(model);

        var next = FirstOfNextMonth(TimeProvider.System.GetUtcNow());
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        var error = (await refused.JsonAsync()).GetProperty("error");
        Assert.That(
            error.GetProperty("message").GetString(),
            Is.EqualTo($"Rate limit exceeded. Monthly limit: 3 calls. Used: 3. Resets on {next.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}."));
        Assert.That((error.GetProperty("type").GetString(), error.GetProperty("code").GetString()), Is.EqualTo(("rate_limit_error", "quota_exceeded")));
        Assert.That(Header(refused, "Reset"), Is.EqualTo(next.ToUnixTimeSeconds()));
        Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        Assert.That(upstream.Received, Has.Count.EqualTo(3));

        // A refused call holds nothing, and other answers tell the quota as well, however many days have been counted since.
        await _service.ExecuteAsync(
            $"insert into quota_usage (organization_id, period, starts_on) select '{tenant.OrganizationId}', 'day', current_date + day from generate_series(1, 20) as day");
        Assert.That((await tenant.CreditsAsync()).GetProperty("credits_reserved").GetDecimal(), Is.Zero);
        using var models = await tenant.Client.GetAsync("/v1/models");
        Assert.That((Header(models, "Limit"), Header(models, "Remaining")), Is.EqualTo((3L, 0L)));
    }

    [Test]
    public async Task Calls_WhenTwoNodesRace_AreCountedTogether()
    {
        await using var there = await ServiceUnderTest.StartAsync(_database);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(1000, await CreateTierAsync(monthly: 30, daily: 20));
        using var thereClient = await tenant.OnAsync(there);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(index =>
            (index % 2 == 0 ? tenant.Client : thereClient).PostAsJsonAsync("/v1/chat/completions", Tenants.Chat(model))));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(20));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests), Is.EqualTo(40));
        Assert.That(upstream.Received, Has.Count.EqualTo(20));
    }

    [Test]
    public async Task Trial_WhenItsDaysAreOver_LetsNothingThrough()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(1000, "trial");
        Assert.That((await tenant.CallAsync(model)).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        // The clock is not moved: the trial is made to have begun a week ago, and a change of the organization announces it.
        await _service.ExecuteAsync($"update organizations set tier_since = now() - interval '7 days' where organization_id = '{tenant.OrganizationId}'");
        await _service.Operator.PutAsJsonAsync($"/api/organizations/{tenant.OrganizationId}", new { name = "Later" });

        using var refused = await tenant.CallAsync(model);
        Assert.That((await refused.JsonAsync()).GetProperty("error").GetProperty("message").GetString(), Does.Contain("trial of 7 days is over"));
    }

    [Test]
    public async Task ServiceKey_InATierWithAQuota_IsExempt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        await _service.Operator.PostOkAsync("/api/organizations/create", new
        {
            organization_id = "org-quota-service", name = "Service", tier = await CreateTierAsync(monthly: 1), credits_allocated = 100,
        });
        using var client = _service.Client(ServiceKey);

        for (var call = 0; call < 3; call++)
            Assert.That((await client.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat(model))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static DateTimeOffset FirstOfNextMonth(DateTimeOffset now) => new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);

    private async Task<string> CreateTierAsync(int monthly, int? daily = null)
    {
        var name = "tier-" + Guid.CreateVersion7().ToString("N")[^12..];
        await _service.Operator.PostOkAsync("/api/tiers/create", new { tier_name = name, rank = 20, monthly_calls = monthly, daily_calls = daily });
        return name;
    }

    private static long Header(HttpResponseMessage answer, string name) =>
        long.Parse(answer.Headers.GetValues("X-RateLimit-" + name).Single(), CultureInfo.InvariantCulture);
}
