using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Tiers;

internal sealed class TierTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task List_OfANewService_HasTheBuiltInTiers()
    {
        var tiers = (await _service.Operator.GetOkAsync("/api/tiers")).GetProperty("tiers").EnumerateArray().ToDictionary(Name);

        Assert.That(tiers.Keys, Is.SupersetOf(new[] { "trial", "starter", "professional", "enterprise", "vip_founder", "byok" }));
        Assert.That(tiers["trial"].GetProperty("trial_calls").GetInt32(), Is.EqualTo(700));
        Assert.That(tiers["starter"].GetProperty("markup_percent").GetRawText(), Is.EqualTo("20"));
        Assert.That(tiers["enterprise"].GetProperty("daily_calls").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Tier_WhenCreatedChangedAndDeleted_FollowsTheRequests()
    {
        await _service.Operator.PostOkAsync("/api/tiers/create", new
        {
            tier_name = "gold",
            rank = 25,
            daily_calls = 10,
            monthly_calls = 100,
            markup_percent = 2.5,
            credits_per_month = 1000,
            default_model = "gpt-4o-mini",
        });

        using var changed = await _service.Operator.PutAsJsonAsync("/api/tiers/gold", new { daily_calls = 0, markup_percent = 0, default_model = "" });
        var shown = await _service.Operator.GetOkAsync("/api/tiers/gold");
        using var deleted = await _service.Operator.DeleteAsync("/api/tiers/gold");
        using var gone = await _service.Operator.GetAsync("/api/tiers/gold");

        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(shown.GetProperty("daily_calls").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(shown.GetProperty("monthly_calls").GetInt32(), Is.EqualTo(100));
        Assert.That(shown.GetProperty("markup_percent").GetRawText(), Is.EqualTo("0"));
        Assert.That(shown.GetProperty("credits_per_month").GetRawText(), Is.EqualTo("1000"));
        Assert.That(shown.GetProperty("default_model").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That((deleted.StatusCode, gone.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NotFound)));
    }

    [TestCase("""{"tier_name":"bad tier","rank":1}""", "tier_name")]
    [TestCase("""{"tier_name":"bad"}""", "rank")]
    [TestCase("""{"tier_name":"bad","rank":-1}""", "rank")]
    [TestCase("""{"tier_name":"bad","rank":1,"daily_calls":0}""", "daily_calls")]
    [TestCase("""{"tier_name":"bad","rank":1,"trial_calls":5}""", "trial_days")]
    [TestCase("""{"tier_name":"bad","rank":1,"markup_percent":10000.1}""", "markup_percent")]
    [TestCase("""{"tier_name":"bad","rank":1,"credits_per_month":-1}""", "credits_per_month")]
    [TestCase("""{"tier_name":"bad","rank":1,"default_model":"no-such-model"}""", "default_model")]
    [TestCase("""{"tier_name":"bad","rank":"high"}""", "rank")]
    public async Task Create_WhenAFieldIsOdd_NamesIt(string body, string field)
    {
        using var answer = await _service.Operator.PostRawAsync("/api/tiers/create", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True);
    }

    [Test]
    public async Task Create_WhenTheNameIsTaken_SaysAlreadyExists()
    {
        using var answer = await _service.Operator.PostAsJsonAsync("/api/tiers/create", new { tier_name = "trial", rank = 1 });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await answer.JsonAsync()).GetProperty("detail").GetString(), Does.Contain("already exists"));
    }

    [Test]
    public async Task Update_WhenHalfATrialWouldBeLeft_NamesTheField()
    {
        using var answer = await _service.Operator.PutAsJsonAsync("/api/tiers/trial", new { trial_days = 0 });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty("trial_days", out _), Is.True);
    }

    [Test]
    public async Task Delete_WhileAnOrganizationHasIt_IsRefused()
    {
        await _service.Operator.PostOkAsync("/api/tiers/create", new { tier_name = "silver", rank = 15 });
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "silver-org", name = "x", tier = "silver" });

        using var refused = await _service.Operator.DeleteAsync("/api/tiers/silver");
        await _service.Operator.DeleteAsync("/api/organizations/silver-org");
        using var deleted = await _service.Operator.DeleteAsync("/api/tiers/silver");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Does.Contain("silver-org"));
        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Organization_WhenItsTierChanges_HasItSinceThen()
    {
        var created = await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "climber", name = "x", tier = "trial" });

        var renamed = await ChangeAsync(new { name = "y", tier = "trial" });
        var promoted = await ChangeAsync(new { tier = "starter", subscribed = true });

        Assert.That(created.GetProperty("subscribed").GetBoolean(), Is.False);
        Assert.That(Since(renamed), Is.EqualTo(Since(created)));
        Assert.That(Since(promoted), Is.GreaterThan(Since(created)));
        Assert.That(promoted.GetProperty("subscribed").GetBoolean(), Is.True);

        async Task<JsonElement> ChangeAsync(object change) => await (await _service.Operator.PutAsJsonAsync("/api/organizations/climber", change)).JsonAsync();
    }

    [Test]
    public async Task Organization_WhenItsTierDoesNotExist_NamesTheField()
    {
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "tierless", name = "x" });

        using var created = await _service.Operator.PostAsJsonAsync("/api/organizations/create", new { organization_id = "odd", name = "x", tier = "platinum" });
        using var changed = await _service.Operator.PutAsJsonAsync("/api/organizations/tierless", new { tier = "platinum" });

        foreach (var answer in new[] { created, changed })
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty("tier", out _), Is.True);
        }
    }

    private static string Name(JsonElement tier) => tier.GetProperty("tier_name").GetString()!;

    private static DateTimeOffset Since(JsonElement organization) => organization.GetProperty("tier_since").GetDateTimeOffset();
}
