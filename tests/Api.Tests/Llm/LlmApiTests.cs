using System.Net;
using System.Net.Http.Json;
using System.Text;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Llm;

/// <summary>The LLM API as its callers meet it: routes, errors, routing, jobs.</summary>
internal sealed class LlmApiTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Llm:RetryBaseDelayMs=1");

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.VerifyLedgerAsync();
        await _service.DisposeAsync();
    }

    [TestCase("""{"model":"gpt-4o-mini"}""", "messages")]
    [TestCase("""{"model":"gpt-4o-mini","messages":[]}""", "messages")]
    [TestCase("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [TestCase("""{"messages":[{"role":"user","content":"x"}],"n":0}""", "n")]
    [TestCase("""{"messages":[{"role":"user","content":"x"}],"temperature":2.1}""", "temperature")]
    [TestCase("""{"messages":[{"role":"user","content":"x"}],"power_level":"turbo"}""", "power_level")]
    [TestCase("""{"messages":[{"role":"user","content":"x"}],"task_type":"poetry"}""", "task_type")]
    [TestCase("""{"messages":[{"role":"user","content":"x"}],"privacy_required":true}""", "privacy_required")]
    public async Task Chat_WithBadInput_Is400WithTheParam(string body, string param)
    {
        var tenant = await _service.CreateTenantAsync();

        using var answer = await tenant.Client.PostRawAsync("/api/v1/llm/chat/completions", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.That((error.GetProperty("type").GetString(), error.GetProperty("param").GetString()), Is.EqualTo(("invalid_request_error", param)));
        Assert.That((await tenant.CreditsAsync()).GetProperty("credits_reserved").GetDecimal(), Is.Zero);
    }

    [Test]
    public async Task Errors_OnEveryPathOfTheSurface_HaveOpenAisForm()
    {
        var tenant = await _service.CreateTenantAsync();
        using var stranger = _service.Client("sk-unknown");
        using var nobody = _service.Client(null);
        (HttpResponseMessage Answer, int Status, string Code)[] refusals =
        [
            (await tenant.Client.GetAsync("/v1/nothing"), 404, "route_not_found"),
            (await tenant.Client.GetAsync("/api/v1/llm/nothing"), 404, "route_not_found"),
            (await tenant.Client.GetAsync("/v1/models/nothing"), 404, "model_not_found"),
            (await tenant.CallAsync("nothing"), 404, "model_not_found"),
            (await tenant.Client.PostRawAsync("/v1/chat/completions", "{"), 400, "malformed_json"),
            (await tenant.Client.PostAsync("/v1/chat/completions", new StringContent("x", Encoding.UTF8, "text/plain")), 415, "unsupported_media_type"),
            (await tenant.Client.PostRawAsync("/v1/embeddings", "[]"), 400, "malformed_json"),
            (await stranger.GetAsync("/v1/models"), 401, "invalid_api_key"),
            (await nobody.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat("gpt-4o-mini")), 401, "invalid_api_key"),
            (await _service.Operator.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat("gpt-4o-mini")), 400, "validation_failed"),
        ];

        foreach (var (answer, status, code) in refusals)
        {
            var where = $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}";
            Assert.That((int)answer.StatusCode, Is.EqualTo(status), where);
            var error = (await answer.JsonAsync()).GetProperty("error");
            Assert.That(error.GetProperty("code").GetString(), Is.EqualTo(code), where);
            Assert.That(error.GetProperty("message").GetString(), Is.Not.Empty, where);
            Assert.That(error.TryGetProperty("param", out _) && error.TryGetProperty("type", out _), where);
            Assert.That(answer.Headers.Contains("X-Request-Id"), where);
        }
    }

    [Test]
    public async Task Chat_WhoseBodyIsTooLarge_Is413()
    {
        await using var small = await ServiceUnderTest.StartAsync(null, "Api:MaxBodyBytes=1000");
        using var client = small.Client(ServiceUnderTest.OperatorKey);
        client.DefaultRequestHeaders.Add("X-Team-Id", "team");

        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat("m", new string('x', 2000)));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That((await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("body_too_large"));
    }

    [Test]
    public async Task Model_OfAHigherTier_IsNotThereForALowerOne()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream, its => its.Tiers = ["professional"]);
        var starter = await _service.CreateTenantAsync(1000, "starter");
        var enterprise = await _service.CreateTenantAsync(1000, "enterprise");

        Assert.That((await starter.CallAsync(model)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await enterprise.CallAsync(model)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await IdsAsync(starter), Has.None.EqualTo(model));
        Assert.That(await IdsAsync(enterprise), Has.Member(model));
    }

    [Test]
    public async Task Chat_ThatRequiresPrivacy_IsServedByALocalModelAndNamesIt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var service = await ServiceUnderTest.StartAsync();
        var local = await service.CreateModelAsync(upstream, its => (its.Local, its.InputUsdPerMillion, its.OutputUsdPerMillion) = (true, 0, 0));
        var tenant = await service.CreateTenantAsync(1);

        using var answer = await tenant.CallAsync("auto", new { privacy_required = true });

        Assert.That((await answer.JsonAsync()).GetProperty("model").GetString(), Is.EqualTo(local));
        Assert.That(answer.Headers.GetValues("X-Cost-Incurred").Single(), Is.EqualTo("0.000"));
        Assert.That(upstream.Received.Single().Body, Does.Not.Contain("privacy_required"));
    }

    [Test]
    public async Task Chat_WithAPowerHeader_CostsWhatThatPowerCosts()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync();
        tenant.Client.DefaultRequestHeaders.Add("X-Power-Level", "eco");

        using var answer = await tenant.CallAsync(model);

        // (9 × 0.002 + 3 × 0.008) / 2
        Assert.That(answer.Headers.GetValues("X-Cost-Incurred").Single(), Is.EqualTo("0.021"));
    }

    [Test]
    public async Task Chat_UnderAJob_IsPaidByTheJobsTeam()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        team.Client.DefaultRequestHeaders.Add("X-Job-Id", job.ToString());

        using var answer = await team.Client.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat("auto"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Headers.GetValues("X-Job-Id").Single(), Is.EqualTo(job.ToString()));
        Assert.That((await answer.JsonAsync()).GetProperty("object").GetString(), Is.EqualTo("chat.completion"));
        var ended = await team.CompleteAsync(job);
        Assert.That(ended.Costs.TotalCalls, Is.EqualTo(1));
        Assert.That((await team.BalanceAsync()).CreditsUsed, Is.EqualTo(1), "one credit for the job, nothing for the call");
    }

    [Test]
    public async Task Chat_UnderAJobOfAnotherOrganization_IsNotFound()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        var stranger = await _service.CreateTenantAsync();
        stranger.Client.DefaultRequestHeaders.Add("X-Job-Id", job.ToString());

        using var answer = await stranger.CallAsync("gpt-4o-mini");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(upstream.Received, Is.Empty);
    }

    [Test]
    public async Task Chat_OfATeamKey_IsPaidFromTheTeamsCreditsAndSeesOnlyItsGroup()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var models = await team.Client.GetOkAsync("/v1/models");
        var group = models.GetProperty("data")[0].GetProperty("id").GetString();

        using var answer = await team.Client.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat(group));

        var body = await answer.Content.ReadAsStringAsync();
        Assert.That(body, Does.Contain($"\"model\":\"{group}\"").And.Not.Contain("secret-model"));

        // 9 tokens at 1 USD a million and 3 at 2: 0.000015 USD.
        Assert.That((await team.BalanceAsync()).CreditsUsed, Is.EqualTo(0.015m));
        Assert.That((await team.Client.GetOkAsync("/v1/usage")).GetProperty("providers").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Messages_AndResponses_AreServedByAnyModel()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync();

        var message = await tenant.Client.PostOkAsync("/v1/messages", new { model, max_tokens = 10, messages = new[] { new { role = "user", content = "hi" } } });
        var response = await tenant.Client.PostOkAsync("/v1/responses", new { model, input = "hi" });

        Assert.That(message.GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("hello"));
        Assert.That(response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("hello"));
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(2 * 0.042m), "9 × 0.002 + 3 × 0.008, twice");

        using var refused = await tenant.Client.PostAsJsonAsync("/v1/messages", new { model = "nothing", max_tokens = 10, messages = new[] { new { role = "user", content = "hi" } } });
        var error = await refused.JsonAsync();
        Assert.That((error.GetProperty("type").GetString(), error.GetProperty("error").GetProperty("type").GetString()), Is.EqualTo(("error", "not_found_error")));
    }

    [Test]
    public async Task Embeddings_AreMeteredByTheirTokens()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(
            200, """{"object":"list","model":"secret-model","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2]}],"usage":{"prompt_tokens":50,"total_tokens":50}}"""));
        var model = await _service.CreateModelAsync(upstream, its => (its.Mode, its.OutputUsdPerMillion) = ("embedding", 0));
        var tenant = await _service.CreateTenantAsync();

        using var answer = await tenant.Client.PostAsJsonAsync("/v1/embeddings", new { model, input = "hi" });

        Assert.That(answer.Headers.GetValues("X-Cost-Incurred").Single(), Is.EqualTo("0.100"));
        Assert.That((await answer.JsonAsync()).GetProperty("model").GetString(), Is.EqualTo(model));
        Assert.That((await tenant.CallAsync(model)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "it does not chat");
    }

    private static async Task<string?[]> IdsAsync(Tenant tenant) =>
        [.. (await tenant.Client.GetOkAsync("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString())];
}
