using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using SaasLlm.Api.Tests.Identities;
using SaasLlm.Application.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Audit;

internal sealed class AuditTests
{
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Outgoing:AllowedNetworks:0=127.0.0.0/8");

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Start_OfTheService_LeavesNoEntries() => Assert.That(await EntriesAsync(), Is.Empty);

    [Test]
    public async Task Secrets_OfEveryKind_AreNeverInTheLog()
    {
        var team = await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "acme", name = "Acme" });
        team = await _service.Operator.PostOkAsync("/api/teams/create", new { organization_id = "acme", team_id = "hr" });
        var rotated = await _service.Operator.PostOkAsync("/api/teams/hr/keys", new { name = "second" });
        var browser = await _service.SignInMemberAsync("acme", "owner");
        var (_, userKey) = await browser.CreateKeyAsync();
        await browser.Client.PostOkAsync("/api/auth/password", new { current_password = People.Password, new_password = "another horse battery staple" });
        await _service.Operator.PostOkAsync("/api/provider-credentials/create", new { provider = "openai", credential_name = "main", api_key = "sk-platform-0123456789" });
        await _service.Operator.PostOkAsync("/v1/byok/keys", new { provider = "openai", api_key = "sk-own-0123456789", scope = "organization", organization_id = "acme", validate = false });

        string[] keys = [team.GetProperty("virtual_key").GetString()!, rotated.GetProperty("virtual_key").GetString()!, userKey];
        var log = (string)(await SqlAsync("select string_agg(entry::text, ' ') from audit_log as entry"))!;
        var hidden = (string)(await SqlAsync(
            """
            select string_agg(secret, ' ')
            from (
                select encode(key_hash, 'hex') from virtual_keys
                union all select encode(key_hash, 'hex') from user_api_keys
                union all select password_hash from users where password_hash is not null
                union all select encode(api_key_encrypted, 'hex') from provider_credentials
                union all select encode(api_key_encrypted, 'hex') from byok_keys
            ) as kept (secret)
            """))!;

        Assert.That(hidden.Split(' '), Has.Length.EqualTo(6));
        foreach (var secret in keys.Concat(keys.Select(VirtualKey.HashOf)).Concat(hidden.Split(' ')).Concat(["sk-platform-0123456789", "sk-own-0123456789", People.Password, "another horse"]))
            Assert.That(log, Does.Not.Contain(secret));
        Assert.That(
            (await EntriesAsync("subject=user&action=update")).Single().GetProperty("after").GetProperty("password_hash").GetString(), Is.EqualTo("***"),
            "that it was changed is told");
    }

    [Test]
    public async Task Change_ThatIsRefusedOrChangesNothing_LeavesNoEntry()
    {
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "acme", name = "Acme" });
        var known = (await EntriesAsync()).Length;

        using var refused = await _service.Operator.PostAsJsonAsync(
            "/api/model-groups/create", new { group_name = "chat", models = new[] { new { model_name = "no-such-model", priority = 0 } } });
        using var unchanged = await _service.Operator.PutAsJsonAsync("/api/organizations/acme", new { name = "Acme" });

        Assert.That((refused.StatusCode, unchanged.StatusCode), Is.EqualTo((HttpStatusCode.UnprocessableEntity, HttpStatusCode.OK)));
        Assert.That(await EntriesAsync(), Has.Length.EqualTo(known));
    }

    [Test]
    public async Task Job_FromItsBeginningToItsEnd_LeavesNoEntry()
    {
        var team = await _service.CreateTeamAsync();
        var known = (await EntriesAsync()).Length;

        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CompleteAsync(job);

        Assert.That(await EntriesAsync(), Has.Length.EqualTo(known));
    }

    [Test]
    public async Task Organization_ForItsManagers_ShowsItsOwnPartAlone()
    {
        var owner = await _service.SignInMemberAsync(role: "owner");
        var member = await _service.SignInMemberAsync(owner.OrganizationId);
        var stranger = await _service.SignInMemberAsync(role: "owner");
        await _service.Operator.PostOkAsync(
            "/api/provider-credentials/create", new { provider = "openai", credential_name = "theirs", api_key = "sk-0123456789abcdef", organization_id = owner.OrganizationId });
        using var changed = await owner.Client.PutAsJsonAsync($"/api/organizations/{owner.OrganizationId}/members/{member.UserId}", new { role = "admin" });
        var path = $"/api/organizations/{owner.OrganizationId}/audit";

        var shown = (await owner.Client.GetOkAsync(path)).GetProperty("data").EnumerateArray().ToArray();
        var all = (await _service.Operator.GetOkAsync(path)).GetProperty("data").EnumerateArray().ToArray();
        using var elsewhere = await stranger.Client.GetAsync(path);
        using var everything = await owner.Client.GetAsync("/api/audit");
        using var team = (await _service.CreateTeamAsync()).Client;
        using var byTeam = await team.GetAsync(path);

        Assert.That(shown.Select(entry => entry.GetProperty("organization_id").GetString()), Is.All.EqualTo(owner.OrganizationId));
        Assert.That(shown.Select(entry => entry.GetProperty("subject").GetString()), Does.Contain("organization_member").And.Not.Contain("provider_credential"));
        Assert.That(all.Select(entry => entry.GetProperty("subject").GetString()), Does.Contain("provider_credential"));
        Assert.That(
            (shown[0].GetProperty("actor_kind").GetString(), shown[0].GetProperty("actor").GetString(), shown[0].GetProperty("address").GetString()),
            Is.EqualTo(("user", owner.UserId, "127.0.0.1")));
        Assert.That(shown.Where(entry => entry.GetProperty("actor_kind").GetString() == "operator"), Is.Not.Empty);
        foreach (var entry in shown.Where(entry => entry.GetProperty("actor_kind").GetString() == "operator"))
            Assert.That((entry.GetProperty("actor").ValueKind, entry.GetProperty("address").ValueKind), Is.EqualTo((JsonValueKind.Null, JsonValueKind.Null)));
        Assert.That(
            (elsewhere.StatusCode, everything.StatusCode, byTeam.StatusCode),
            Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)));
    }

    [Test]
    public async Task List_WithFiltersAndPages_FindsWhatWasAskedFor()
    {
        foreach (var number in Enumerable.Range(0, 5))
            await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = $"org-{number}", name = "Test" });
        var first = await _service.Operator.GetOkAsync("/api/audit?action=CreateOrganization&limit=3");
        var second = await _service.Operator.GetOkAsync($"/api/audit?action=CreateOrganization&limit=3&cursor={first.GetProperty("next_cursor").GetString()}");

        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(new[] { "org-4", "org-3", "org-2", "org-1", "org-0" }));
        Assert.That(second.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(await EntriesAsync("subject=organization&subject_id=org-2&action=create&organization_id=org-2&actor=sk-admi%E2%80%A6"), Has.Length.EqualTo(1));
        Assert.That(await EntriesAsync("organization_id=org-9"), Is.Empty);
        Assert.That(await EntriesAsync("actor=somebody"), Is.Empty);
        Assert.That(await EntriesAsync("from=2999-01-01T00:00:00Z"), Is.Empty);
        Assert.That(await EntriesAsync("to=2999-01-01T00:00:00Z"), Is.Not.Empty);
        Assert.That((await _service.Operator.GetAsync("/api/audit?cursor=bm90")).StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));

        static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("subject_id").GetString());
    }

    [Test]
    public async Task Csv_WhenAskedFor_HoldsEveryEntryAndNoFormula()
    {
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "@acme", name = "Acme, \"Inc\"" });
        await SqlAsync(
            """
            insert into audit_log (actor_kind, action, subject, subject_id, operators_only)
            select 'system', 'create', 'test', number::text, false
            from generate_series(1, 2500) as number
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/audit");
        request.Headers.Accept.ParseAdd("text/csv");

        using var answer = await _service.Operator.SendAsync(request);

        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/csv"));
        Assert.That(lines[0], Does.StartWith("audit_id,at,actor_kind,actor,"));
        Assert.That(lines, Has.Length.EqualTo(1 + (long)(await SqlAsync("select count(*) from audit_log"))!));
        var organization = lines.Single(line => line.Contains(",organization,", StringComparison.Ordinal));
        Assert.That(organization, Does.Contain(",create,organization,'@acme,'@acme,").And.Contain("\"{\"\"name\"\": \"\"Acme, \\\"\"Inc\\\"\"\"\""));
    }

    [TestCase(null, "203.0.113.9", "127.0.0.1")]
    [TestCase("127.0.0.0/8", "203.0.113.9", "203.0.113.9")]
    [TestCase("127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9", Description = "only what the trusted one says itself is believed")]
    public async Task Address_BehindProxies_IsWhatTrustedOnesSay(string? trusted, string forwarded, string logged)
    {
        await using var service = await ServiceUnderTest.StartAsync(null, trusted is null ? [] : [$"Api:TrustedProxies:0={trusted}"]);
        service.Operator.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        await service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "acme", name = "Acme" });

        var entries = (await service.Operator.GetOkAsync("/api/audit")).GetProperty("data").EnumerateArray();

        Assert.That(entries.Select(entry => entry.GetProperty("address").GetString()), Is.All.EqualTo(logged).And.Not.Empty);
    }

    [Test]
    public void TrustedProxy_ThatIsNoAddress_KeepsTheServiceFromStarting() =>
        Assert.That(
            () => ServiceUnderTest.StartAsync("Host=nowhere", "Api:TrustedProxies:0=proxy.example"),
            Throws.InvalidOperationException.With.Message.Contains("Api:TrustedProxies"));

    private async Task<JsonElement[]> EntriesAsync(string filter = "") =>
        [.. (await _service.Operator.GetOkAsync($"/api/audit?limit=200&{filter}")).GetProperty("data").EnumerateArray()];

    private async Task<object?> SqlAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_service.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
