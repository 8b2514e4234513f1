using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Credits;

internal sealed class OrganizationCreditTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.VerifyLedgerAsync();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task Pool_WhenCreatedAndAddedTo_ShowsItsFigures()
    {
        var id = await CreateAsync(100.5m);

        var added = await _service.Operator.PostOkAsync($"/api/organizations/{id}/credits/add", new { credits = 9.5, reason = "bought" });
        var shown = await _service.Operator.GetOkAsync($"/api/organizations/{id}/credits");
        var entries = await _service.Operator.GetOkAsync($"/api/organizations/{id}/credits/transactions");

        Assert.That(added.GetProperty("credits_added").GetRawText(), Is.EqualTo("9.5"));
        Assert.That(added.GetProperty("credits_remaining").GetRawText(), Is.EqualTo("110"));
        Assert.That(shown.GetProperty("credits_available").GetRawText(), Is.EqualTo("110"));
        Assert.That(shown.GetProperty("hold_policy").GetString(), Is.EqualTo("elastic"));
        Assert.That(
            entries.GetProperty("transactions").EnumerateArray().Select(entry => entry.GetProperty("reason").GetString()),
            Is.EqualTo(new[] { "bought", "Initial allocation" }));
    }

    [Test]
    public async Task Allocation_WhenSet_IsShownWithThePool()
    {
        var id = await CreateAsync(100);

        using var answer = await AllocateAsync(id, "anna@example.com", 30, "strict");
        var shown = await _service.Operator.GetOkAsync($"/api/organizations/{id}/credits");
        var entries = await _service.Operator.GetOkAsync($"/api/organizations/{id}/credits/transactions?user_id=anna%40example.com");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(shown.GetProperty("credits_available").GetRawText(), Is.EqualTo("70"));
        Assert.That(shown.GetProperty("allocations")[0].GetProperty("credits_available").GetRawText(), Is.EqualTo("30"));
        Assert.That(shown.GetProperty("allocations")[0].GetProperty("hold_policy").GetString(), Is.EqualTo("strict"));
        Assert.That(entries.GetProperty("transactions")[0].GetProperty("kind").GetString(), Is.EqualTo("move_in"));
    }

    [Test]
    public async Task Allocation_WhenThePoolHasLess_AnswersConflictWithTheNumbers()
    {
        var id = await CreateAsync(10);

        using var answer = await AllocateAsync(id, "anna", 10.5m);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await answer.JsonAsync()).GetProperty("detail").GetString(), Does.Contain("10").And.Contain("10.5"));
    }

    [Test]
    public async Task EveryRoute_WithATeamsKey_IsForbidden()
    {
        var team = await _service.CreateTeamAsync();

        foreach (var path in new[] { "credits", "credits/transactions" })
            Assert.That((await team.Client.GetAsync($"/api/organizations/{team.OrganizationId}/{path}")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        foreach (var path in new[] { "credits/hold-policy", "users/anna/allocation" })
        {
            using var answer = await team.Client.PutAsJsonAsync($"/api/organizations/{team.OrganizationId}/{path}", new { credits = 1, hold_policy = "strict" });
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        }
    }

    [Test]
    public async Task AllocationsAndAdds_InParallel_LoseNoCredit()
    {
        var id = await CreateAsync(1000);
        var random = new Random(4711);
        var changes = Enumerable.Range(0, 50).Select(i => (User: $"user-{i % 7}", Credits: random.Next(0, 400))).ToArray();

        await Task.WhenAll(changes.SelectMany(change => new[] { AddAsync(id), MayAllocateAsync(id, change.User, change.Credits) }));

        var shown = await _service.Operator.GetOkAsync($"/api/organizations/{id}/credits");
        var allocated = shown.GetProperty("allocations").EnumerateArray().Sum(Available);
        Assert.That(Available(shown) + allocated, Is.EqualTo(1000 + (50 * 1.5m)));
        Assert.That(allocated, Is.Positive);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task OrganizationFromBeforePools_WhenItIsAskedFor_HasAnEmptyOne()
    {
        await using var connection = new NpgsqlConnection(_service.ConnectionString);
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand("insert into organizations (organization_id, name) values ('old', 'Old')", connection);
        await insert.ExecuteNonQueryAsync();

        var shown = await _service.Operator.GetOkAsync("/api/organizations/old/credits");
        await _service.Operator.PostOkAsync("/api/organizations/old/credits/add", new { credits = 3 });

        Assert.That(shown.GetProperty("credits_available").GetRawText(), Is.EqualTo("0"));
        Assert.That(Available(await _service.Operator.GetOkAsync("/api/organizations/old/credits")), Is.EqualTo(3));
    }

    private static decimal Available(JsonElement wallet) => wallet.GetProperty("credits_available").GetDecimal();

    private async Task<string> CreateAsync(decimal credits)
    {
        var id = "org-" + Guid.CreateVersion7().ToString("N")[^12..];
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = id, name = "Test", credits_allocated = credits });
        return id;
    }

    private Task<HttpResponseMessage> AllocateAsync(string id, string user, decimal credits, string? holdPolicy = null) =>
        _service.Operator.PutAsJsonAsync($"/api/organizations/{id}/users/{Uri.EscapeDataString(user)}/allocation", new { credits, hold_policy = holdPolicy });

    private Task<JsonElement> AddAsync(string id) => _service.Operator.PostOkAsync($"/api/organizations/{id}/credits/add", new { credits = 1.5 });

    /// <summary>The pool may have less at that moment.</summary>
    private async Task MayAllocateAsync(string id, string user, decimal credits)
    {
        using var answer = await AllocateAsync(id, user, credits);
        Assert.That(answer.StatusCode, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Conflict));
    }
}
