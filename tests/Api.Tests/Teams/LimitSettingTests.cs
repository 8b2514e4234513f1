using System.Net;
using System.Text;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Teams;

/// <summary>How an operator limits organizations, teams and keys.</summary>
internal sealed class LimitSettingTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Limits_OfAnyScope_AreSetShownChangedAndRemoved([Values] LimitedScope scope)
    {
        var (path, created) = await CreateAsync(scope, ""","rpm_limit":60,"tpm_limit":1000,"max_parallel":5,"burst_limit":10""");
        AssertLimits(created, 60, 1000, 5, 10);
        AssertLimits(await ShownAsync(scope, path), 60, 1000, 5, 10);

        AssertLimits(await PutOkAsync(path, """{"rpm_limit":30,"max_parallel":0}"""), 30, 1000, null, 10);
        AssertLimits(await PutOkAsync(path, "{}"), 30, 1000, null, 10);
        AssertLimits(await PutOkAsync(path, """{"rpm_limit":0,"tpm_limit":0,"burst_limit":0}"""), null, null, null, null);
        AssertLimits(await ShownAsync(scope, path), null, null, null, null);
    }

    [TestCase("\"rpm_limit\":-1", "rpm_limit")]
    [TestCase("\"tpm_limit\":-1", "tpm_limit")]
    [TestCase("\"max_parallel\":-1", "max_parallel")]
    [TestCase("\"burst_limit\":-1,\"rpm_limit\":1", "burst_limit")]
    [TestCase("\"burst_limit\":5", "burst_limit")]
    [TestCase("\"tpm_limit\":1.5", "tpm_limit")]
    [TestCase("\"max_parallel\":\"many\"", "max_parallel")]
    public async Task Limits_WhenWrong_AreRefusedInEveryScope(string members, string field)
    {
        foreach (var scope in Enum.GetValues<LimitedScope>())
        {
            using var created = await TryCreateAsync(scope, "," + members, "refused");
            await AssertRefusedAsync(created, field);

            var (path, _) = await CreateAsync(scope, "");
            using var changed = await PutAsync(path, $"{{{members}}}");
            await AssertRefusedAsync(changed, field);
            AssertLimits(await ShownAsync(scope, path), null, null, null, null);
        }
    }

    [Test]
    public async Task Change_ThatWouldLeaveABurstWithoutItsRate_IsRefused([Values] LimitedScope scope)
    {
        var (path, _) = await CreateAsync(scope, ""","rpm_limit":60,"burst_limit":10""");

        using var refused = await PutAsync(path, """{"rpm_limit":0}""");

        await AssertRefusedAsync(refused, "burst_limit");
        AssertLimits(await ShownAsync(scope, path), 60, null, null, 10);
    }

    [Test]
    public async Task RotatedKey_Always_HasTheLimitsOfItsPredecessor()
    {
        var (path, _) = await CreateAsync(LimitedScope.Key, ""","rpm_limit":60,"tpm_limit":1000,"max_parallel":5,"burst_limit":10""");

        var rotated = await _service.Operator.PostOkAsync(path + "/rotate", new { });

        AssertLimits(rotated, 60, 1000, 5, 10);
    }

    [Test]
    public async Task Limits_ByATeamsOwnKey_CannotBeChanged()
    {
        var team = await _service.CreateTeamAsync();
        var other = await _service.CreateTeamAsync();
        var key = (await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}/keys")).GetProperty("keys")[0].GetProperty("key_id").GetString();

        foreach (var path in new[] { $"/api/organizations/{team.OrganizationId}", $"/api/teams/{team.TeamId}", $"/api/teams/{team.TeamId}/keys/{key}", $"/api/teams/{other.TeamId}" })
        {
            using var answer = await team.Client.PutAsync(path, Json("""{"rpm_limit":1000}"""));
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), path);
        }
    }

    private async Task<(string Path, JsonElement Created)> CreateAsync(LimitedScope scope, string members)
    {
        var name = "limited-" + Guid.CreateVersion7().ToString("N")[^12..];
        using var answer = await TryCreateAsync(scope, members, name);
        var body = await answer.JsonAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), body.ToString());
        return scope switch
        {
            LimitedScope.Organization => ($"/api/organizations/{name}", body),
            LimitedScope.Team => ($"/api/teams/{name}", body),
            _ => ($"/api/teams/{body.GetProperty("team_id").GetString()}/keys/{body.GetProperty("key_id").GetString()}", body),
        };
    }

    private async Task<HttpResponseMessage> TryCreateAsync(LimitedScope scope, string members, string name)
    {
        if (scope == LimitedScope.Organization)
            return await _service.Operator.PostRawAsync("/api/organizations/create", $$"""{"organization_id":"{{name}}","name":"x"{{members}}}""");

        var owner = await _service.CreateTeamAsync();
        return scope == LimitedScope.Team
            ? await _service.Operator.PostRawAsync(
                "/api/teams/create", $$"""{"organization_id":"{{owner.OrganizationId}}","team_id":"{{name}}","model_groups":["ChatFast"]{{members}}}""")
            : await _service.Operator.PostRawAsync($"/api/teams/{owner.TeamId}/keys", $$"""{"name":"x"{{members}}}""");
    }

    private async Task<JsonElement> ShownAsync(LimitedScope scope, string path) => scope == LimitedScope.Key
        ? (await _service.Operator.GetOkAsync(path[..path.LastIndexOf('/')])).GetProperty("keys").EnumerateArray()
            .Single(key => path.EndsWith(key.GetProperty("key_id").GetString()!, StringComparison.Ordinal))
        : await _service.Operator.GetOkAsync(path);

    private async Task<JsonElement> PutOkAsync(string path, string body)
    {
        using var answer = await PutAsync(path, body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private Task<HttpResponseMessage> PutAsync(string path, string body) => _service.Operator.PutAsync(path, Json(body));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string field)
    {
        var problem = await answer.JsonAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity), problem.ToString());
        Assert.That(problem.GetProperty("errors").TryGetProperty(field, out _), Is.True, problem.ToString());
    }

    private static void AssertLimits(JsonElement shown, int? rpm, int? tpm, int? parallel, int? burst) =>
        Assert.That(
            (Of(shown, "rpm_limit"), Of(shown, "tpm_limit"), Of(shown, "max_parallel"), Of(shown, "burst_limit")),
            Is.EqualTo((rpm, tpm, parallel, burst)));

    private static int? Of(JsonElement shown, string limit) =>
        shown.GetProperty(limit) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    internal enum LimitedScope
    {
        Organization,
        Team,
        Key,
    }
}
