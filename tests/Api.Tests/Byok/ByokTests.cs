using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Byok;

/// <summary>The routes by which callers keep their own keys.</summary>
internal sealed class ByokTests
{
    private const string Secret = "sk-own-0123456789abcdwxyz";
    private const string Allowed = "Outgoing:AllowedNetworks:0=127.0.0.0/8";

    private FakeUpstream _upstream = null!;
    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        _service = await ServiceUnderTest.StartAsync(null, Allowed);
        _team = await _service.CreateTeamAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [TestCase("/v1/byok/keys")]
    [TestCase("/api/v1/llm/byok/keys")]
    public async Task Keys_FromTheirAdditionToTheirDeletion_AreMasked(string route)
    {
        var added = await _service.Operator.PostOkAsync(route, Body());
        var list = await _service.Operator.GetFromJsonAsync<JsonElement>($"{route}?organization_id={_team.OrganizationId}");
        var deleted = await _service.Operator.DeleteAsync($"{route}/{added.GetProperty("id").GetString()}?organization_id={_team.OrganizationId}");
        var after = await _service.Operator.GetFromJsonAsync<JsonElement>($"{route}?organization_id={_team.OrganizationId}");

        Assert.That((added.GetProperty("provider").GetString(), added.GetProperty("api_key").GetString(), added.GetProperty("last4").GetString()), Is.EqualTo(("custom", "…wxyz", "wxyz")));
        Assert.That(added.ToString() + list, Does.Not.Contain(Secret));
        Assert.That((list.GetProperty("object").GetString(), list.GetProperty("data").GetArrayLength(), list.GetProperty("keys").GetArrayLength()), Is.EqualTo(("list", 1, 1)));
        Assert.That((deleted.StatusCode, after.GetProperty("data").GetArrayLength()), Is.EqualTo((HttpStatusCode.OK, 0)));
    }

    [TestCase(401, 400, "byok_key_invalid", "api_key")]
    [TestCase(404, 400, "byok_key_not_checked", "api_base")]
    [TestCase(500, 502, "byok_provider_unreachable", null)]
    public async Task Post_WhenTheProviderRefuses_AnswersInOpenAisForm(int upstream, int status, string code, string? param)
    {
        _upstream.Answer(UpstreamScript.Error(upstream));

        var answer = await _service.Operator.PostAsJsonAsync("/v1/byok/keys", Body());

        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.That(((int)answer.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()), Is.EqualTo((status, code, param)));
        Assert.That(error.ToString(), Does.Not.Contain(Secret));
    }

    [TestCase("?validate=false", null)]
    [TestCase("", false)]
    public async Task Post_WhenNotToBeChecked_AsksNobody(string query, bool? validate)
    {
        await _service.Operator.PostOkAsync("/v1/byok/keys" + query, Body(validate));

        Assert.That(_upstream.Received, Is.Empty);
    }

    [Test]
    public async Task Post_WhenTheAddressIsNotAllowed_Answers400()
    {
        await using var strict = await ServiceUnderTest.StartAsync(_service.ConnectionString);

        var answer = await strict.Operator.PostAsJsonAsync("/v1/byok/keys", Body());

        Assert.That((answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains("api_base_not_allowed", StringComparison.Ordinal), _upstream.Received.Count), Is.EqualTo((HttpStatusCode.BadRequest, true, 0)));
    }

    [TestCase("GET", "/v1/byok/keys", HttpStatusCode.BadRequest)]
    [TestCase("DELETE", "/v1/byok/keys/none", HttpStatusCode.NotFound)]
    [TestCase("DELETE", "/v1/byok/keys/01890000-0000-7000-8000-000000000000?organization_id=none", HttpStatusCode.NotFound)]
    public async Task Route_WhenTheOperatorNamesNothingThatExists_IsRefusedInOpenAisForm(string method, string route, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), route);
        var answer = await _service.Operator.SendAsync(request);

        Assert.That((answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("error", out _)), Is.EqualTo((status, true)));
    }

    [Test]
    public async Task Route_WithATeamsKey_IsRefused()
    {
        Assert.That((await _team.Client.GetAsync("/v1/byok/keys")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await _team.Client.PostAsJsonAsync("/v1/byok/keys", Body())).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Delete_OnOneNode_HoldsOnTheOthers()
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString, Allowed);
        var added = await _service.Operator.PostOkAsync("/v1/byok/keys", Body());
        var directory = other.Services.GetRequiredService<IByokDirectory>();
        Assert.That((await directory.FindAsync(_team.OrganizationId, null, CancellationToken.None)).IsEmpty, Is.False);

        await _service.Operator.DeleteAsync($"/v1/byok/keys/{added.GetProperty("id").GetString()}?organization_id={_team.OrganizationId}");

        using var second = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!(await directory.FindAsync(_team.OrganizationId, null, CancellationToken.None)).IsEmpty)
            await poll.WaitForNextTickAsync(second.Token);
    }

    private object Body(bool? validate = null) => new
    {
        provider = "custom",
        api_key = Secret,
        api_base = _upstream.ApiBase,
        organization_id = _team.OrganizationId,
        metadata = new { description = "ours" },
        validate,
    };
}
