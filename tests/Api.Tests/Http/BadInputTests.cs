using System.Net;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Http;

/// <summary>Every bad request gets a clear 4xx and leaves nothing behind.</summary>
internal sealed class BadInputTests
{
    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;
    private TestTeam _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _team = await _service.CreateTeamAsync();
        _other = await _service.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    private static IEnumerable<TestCaseData> OperatorBodies()
    {
        static TestCaseData Case(string name, string path, string body, int status, string? field = null) =>
            new TestCaseData(path, body, status, field).SetArgDisplayNames(name);

        const string org = "/api/organizations/create";
        yield return Case("broken JSON", org, """{"organization_id":""", 400);
        yield return Case("no JSON at all", org, "hello", 400);
        yield return Case("an array", org, "[]", 400);
        yield return Case("null", org, "null", 400);
        yield return Case("empty", org, "", 400);
        yield return Case("too deep", org, string.Concat("""{"organization_id":"a","name":"b","metadata":""", string.Concat(Enumerable.Repeat("""{"a":""", 100)), "1", new string('}', 101)), 400);
        yield return Case("wrong type", org, """{"organization_id":"a","name":5}""", 422, "name");
        yield return Case("missing field", org, """{"organization_id":"a"}""", 422, "name");
        yield return Case("odd characters in an id", org, """{"organization_id":"a b","name":"x"}""", 422, "organization_id");
        yield return Case("a slash in an id", org, """{"organization_id":"a/b","name":"x"}""", 422, "organization_id");
        yield return Case("long id", org, $$"""{"organization_id":"{{new string('a', 256)}}","name":"x"}""", 422, "organization_id");
        yield return Case("NUL in a name", org, """{"organization_id":"nul","name":"a\u0000b"}""", 422, "name");
        yield return Case("NUL in metadata", org, """{"organization_id":"nul","name":"a","metadata":{"k":"\u0000"}}""", 422, "metadata");
        yield return Case("half a surrogate pair in metadata", org, """{"organization_id":"half","name":"a","metadata":{"k":"\ud800"}}""", 422, "metadata");
        yield return Case("a number that no database keeps", org, """{"organization_id":"huge","name":"a","metadata":{"k":[1e200000]}}""", 422, "metadata");
        yield return Case("a number too small to keep", org, """{"organization_id":"tiny","name":"a","metadata":{"k":1e-200000}}""", 422, "metadata");
        yield return Case("half a surrogate pair in a name", org, """{"organization_id":"half","name":"\ud800"}""", 422, "name");
        yield return Case("metadata is a list", org, """{"organization_id":"list","name":"a","metadata":[1]}""", 422, "metadata");
        yield return Case("metadata over 10 KB", org, $$$"""{"organization_id":"big","name":"a","metadata":{"k":"{{{new string('x', 10_300)}}}"}}""", 422, "metadata");

        const string team = "/api/teams/create";
        yield return Case("unknown organization", team, """{"organization_id":"nobody","team_id":"t"}""", 422, "organization_id");
        yield return Case("unknown model group", team, """{"organization_id":"ORG","team_id":"t","model_groups":["nothing"]}""", 422, "model_groups");
        yield return Case("unknown access group", team, """{"organization_id":"ORG","team_id":"t","access_groups":["nothing"]}""", 422, "access_groups");
        yield return Case("duplicate grant", team, """{"organization_id":"ORG","team_id":"t","model_groups":["ChatFast","ChatFast"]}""", 422, "model_groups");
        yield return Case("negative credits", team, """{"organization_id":"ORG","team_id":"t","credits_allocated":-1}""", 422, "credits_allocated");
        yield return Case("seven decimals", team, """{"organization_id":"ORG","team_id":"t","credits_allocated":1.0000001}""", 422, "credits_allocated");
        yield return Case("thirteen digits", team, """{"organization_id":"ORG","team_id":"t","credits_allocated":1000000000000}""", 422, "credits_allocated");
        yield return Case("a number as text", team, """{"organization_id":"ORG","team_id":"t","credits_allocated":"5"}""", 422, "credits_allocated");
        yield return Case("zero limit", team, """{"organization_id":"ORG","team_id":"t","rpm_limit":0}""", 422, "rpm_limit");
        yield return Case("huge limit", team, """{"organization_id":"ORG","team_id":"t","rpm_limit":99999999999}""", 422, "rpm_limit");
        yield return Case("duplicate team", team, """{"organization_id":"ORG","team_id":"TEAM"}""", 400);

        const string credits = "/api/credits/teams/TEAM/add";
        yield return Case("no amount", credits, "{}", 422, "credits");
        yield return Case("zero credits", credits, """{"credits":0}""", 422, "credits");
        yield return Case("negative top-up", credits, """{"credits":-5}""", 422, "credits");
        yield return Case("not a number", credits, """{"credits":NaN}""", 400);
        yield return Case("too large a number", credits, """{"credits":1e40}""", 422, "credits");
        yield return Case("credits for nobody", "/api/credits/teams/nobody/add", """{"credits":1}""", 404);
        yield return Case("duplicate organization", org, """{"organization_id":"ORG","name":"again"}""", 400);
        yield return Case("unknown model in a group", "/api/model-groups/create", """{"group_name":"g1","models":[{"model_name":"no-such-model","priority":0}]}""", 422, "models");
        yield return Case("negative priority", "/api/model-groups/create", """{"group_name":"g1","models":[{"model_name":"gpt-4o","priority":-1}]}""", 422);
    }

    [TestCaseSource(nameof(OperatorBodies))]
    public async Task Operator_WhenTheBodyIsBad_GetsAClearRefusal(string path, string body, int status, string? field)
    {
        using var response = await _service.Operator.PostRawAsync(Fill(path), Fill(body));
        await AssertRefusedAsync(response, status, field);
    }

    private static IEnumerable<TestCaseData> TeamRequests()
    {
        static TestCaseData Case(string name, string method, string path, string? body, int status, string? field = null) =>
            new TestCaseData(method, path, body, status, field).SetArgDisplayNames(name);

        yield return Case("another team's id", "POST", "/api/jobs/create", """{"team_id":"OTHER","job_type":"x"}""", 403);
        yield return Case("no job type", "POST", "/api/jobs/create", """{"team_id":"TEAM"}""", 422, "job_type");
        yield return Case("ttl of zero", "POST", "/api/jobs/create", """{"team_id":"TEAM","job_type":"x","ttl_seconds":0}""", 422, "ttl_seconds");
        yield return Case("own credits", "POST", "/api/credits/teams/TEAM/add", """{"credits":5}""", 403);
        yield return Case("own limits", "PUT", "/api/teams/TEAM", """{"rpm_limit":1000000}""", 403);
        yield return Case("list of teams", "GET", "/api/teams", null, 403);
        yield return Case("another team", "GET", "/api/teams/OTHER", null, 403);
        yield return Case("another team's balance", "GET", "/api/credits/teams/OTHER/balance", null, 403);
        yield return Case("another team's job", "GET", "/api/jobs/OTHERJOB", null, 404);
        yield return Case("completing another team's job", "POST", "/api/jobs/OTHERJOB/complete", """{"status":"completed"}""", 404);
        yield return Case("calling in another team's job", "POST", "/api/jobs/OTHERJOB/llm-call", """{"messages":[{"role":"user","content":"x"}]}""", 404);
        yield return Case("a job that is no id", "GET", "/api/jobs/not-a-uuid", null, 404);
        yield return Case("a job that is not", "GET", "/api/jobs/01a1fc8d-0000-7000-8000-000000000000", null, 404);
        yield return Case("unknown status", "POST", "/api/jobs/JOB/complete", """{"status":"done"}""", 422, "status");
        yield return Case("no status", "POST", "/api/jobs/JOB/complete", "{}", 422, "status");
        yield return Case("metadata that is no object", "PATCH", "/api/jobs/JOB/metadata", """{"metadata":5}""", 422, "metadata");
        yield return Case("unknown filter", "GET", "/api/teams/TEAM/jobs?status=odd", null, 422, "status");
        yield return Case("NUL in the query", "GET", "/api/credits/balance?team_id=%00", null, 400);
        yield return Case("half a surrogate pair in metadata", "PATCH", "/api/jobs/JOB/metadata", """{"metadata":{"a":"\ud800"}}""", 422, "metadata");
        yield return Case("half a surrogate pair at completion", "POST", "/api/jobs/JOB/complete", """{"status":"completed","metadata":{"a":"\ud800"}}""", 422, "metadata");
        yield return Case("bad period", "GET", "/api/teams/TEAM/usage?period=2024-13", null, 422, "period");
        yield return Case("bad cursor", "GET", "/api/teams/TEAM/jobs?cursor=%21%21", null, 422, "cursor");
        yield return Case("forged cursor", "GET", "/api/teams/TEAM/jobs?cursor=YWJj", null, 422, "cursor");
        yield return Case("bad transactions cursor", "GET", "/api/credits/teams/TEAM/transactions?cursor=YWJj", null, 422, "cursor");
        yield return Case("bad limit", "GET", "/api/teams/TEAM/jobs?limit=201", null, 422, "limit");
        yield return Case("limit that is no number", "GET", "/api/teams/TEAM/jobs?limit=x", null, 400);
        yield return Case("no messages", "POST", "/api/jobs/JOB/llm-call", "{}", 422, "messages");
        yield return Case("empty messages", "POST", "/api/jobs/JOB/llm-call", """{"messages":[]}""", 422, "messages");
        yield return Case("messages of a wrong type", "POST", "/api/jobs/JOB/llm-call", """{"messages":"hi"}""", 422, "messages");
        yield return Case("broken call", "POST", "/api/jobs/JOB/llm-call", """{"messages":[""", 400);
        yield return Case("group that is not granted", "POST", "/api/jobs/JOB/llm-call", """{"model_group":"Nope","messages":[{"role":"user","content":"x"}]}""", 403);
        yield return Case("model that is not granted", "POST", "/api/jobs/JOB/llm-call", """{"model":"gpt-4","messages":[{"role":"user","content":"x"}]}""", 403);
        yield return Case("operator's costs", "GET", "/api/jobs/JOB/costs", null, 403);
        yield return Case("unknown route", "GET", "/api/nothing", null, 404);
    }

    [TestCaseSource(nameof(TeamRequests))]
    public async Task Team_WhenTheRequestIsBad_GetsAClearRefusal(string method, string path, string? body, int status, string? field)
    {
        var job = await _team.CreateJobAsync();
        var otherJob = await _other.CreateJobAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), Fill(path).Replace("OTHERJOB", otherJob.ToString()).Replace("JOB", job.ToString()));
        if (body is not null)
            request.Content = new StringContent(Fill(body), null, "application/json");

        using var response = await _team.Client.SendAsync(request);

        await AssertRefusedAsync(response, status, field);
        var costs = await _service.Operator.GetOkAsync($"/api/jobs/{job}/costs");
        Assert.That(costs.GetProperty("costs").GetProperty("breakdown").GetArrayLength(), Is.Zero, "a refused request leaves no call");
        Assert.That(costs.GetProperty("status").GetString(), Is.EqualTo("pending"));
        await _team.Client.PostAsync($"/api/jobs/{job}/cancel", null);
        await _other.Client.PostAsync($"/api/jobs/{otherJob}/cancel", null);
    }

    [Test]
    public async Task AnyRoute_WhenTheBodyIsTooLarge_Answers413()
    {
        await using var service = await ServiceUnderTest.StartAsync(null, "Api:MaxBodyBytes=2048");
        using var response = await service.Operator.PostRawAsync(
            "/api/organizations/create", $$"""{"organization_id":"a","name":"{{new string('x', 3000)}}"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That((await response.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("body_too_large"));
    }

    [Test]
    public async Task AnyRoute_WhenTheBodyIsNoJsonType_Answers415()
    {
        using var response = await _service.Operator.PostAsync("/api/organizations/create", new StringContent("a=b", null, "application/x-www-form-urlencoded"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [TestCase(null)]
    [TestCase("sk-unknown")]
    [TestCase("not-a-key")]
    public async Task AnyRoute_WhenTheKeyIsMissingOrUnknown_Answers401(string? key)
    {
        using var client = _service.Client(key);
        using var response = await client.GetAsync($"/api/teams/{_team.TeamId}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        Assert.That((await response.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
    }

    [Test]
    public async Task LlmCall_WhenTheJobIsFinished_Answers409()
    {
        var job = await _team.CreateJobAsync();
        await _team.CompleteAsync(job, "failed");
        using var response = await _team.PostCallAsync(job);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task MergeMetadata_WhenTheWholeWouldPass10Kb_ChangesNothing()
    {
        var job = await _team.CreateJobAsync(its => its.Metadata = new { first = new string('a', 6000) });
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/jobs/{job}/metadata")
        {
            Content = new StringContent($$$"""{"metadata":{"second":"{{{new string('b', 6000)}}}"}}""", null, "application/json"),
        };
        using var response = await _team.Client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(422));
        Assert.That((await _team.Client.GetOkAsync($"/api/jobs/{job}")).GetProperty("metadata").TryGetProperty("second", out _), Is.False);
    }

    private string Fill(string text) => text
        .Replace("\"TEAM\"", $"\"{_team.TeamId}\"").Replace("/TEAM", "/" + _team.TeamId)
        .Replace("\"OTHER\"", $"\"{_other.TeamId}\"").Replace("/OTHER/", $"/{_other.TeamId}/").Replace("teams/OTHER", "teams/" + _other.TeamId)
        .Replace("\"ORG\"", $"\"{_team.OrganizationId}\"");

    private static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string? field)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), text);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = await response.JsonAsync();
        Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo(status));
        Assert.That(problem.GetProperty("detail").GetString(), Is.Not.Empty);
        Assert.That(response.Headers.GetValues("X-Request-Id").Single(), Is.EqualTo(problem.GetProperty("request_id").GetString()));
        if (field is not null)
            Assert.That(problem.GetProperty("errors").EnumerateObject().Select(error => error.Name), Does.Contain(field), text);
    }
}
