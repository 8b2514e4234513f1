using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Byok;

/// <summary>Calls of the LLM API by keys that the caller brought: who is asked, what is charged, what is answered.</summary>
internal sealed class ByokCallTests
{
    private const string ServiceKey = "sk-loopnet-service-key-2025";
    private const string Organization = "org_loopnet_leads";
    private const string Secret = "sk-own-0123456789abcdwxyz";

    private FakeUpstream _own = null!;
    private FakeUpstream _platform = null!;
    private ServiceUnderTest _service = null!;
    private HttpClient _caller = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _own = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _platform = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _service = await ServiceUnderTest.StartAsync(null, "Outgoing:AllowedNetworks:0=127.0.0.0/8", "Llm:Retries=0");
        _caller = _service.Client(ServiceKey);
        await _service.Operator.PostAsJsonAsync("/api/organizations/create", new { organization_id = Organization, name = "Loopnet" });
        await SqlAsync(
            $"""
            insert into credit_accounts (account_id, organization_id, allocated)
            values (gen_random_uuid(), '{Organization}', 1000)
            on conflict (organization_id) where user_id is null do update
            set allocated = excluded.allocated
            """);
        await _service.Operator.PostOkAsync("/api/models/create", new
        {
            model_alias = "own-model",
            provider = "custom",
            upstream_model = "secret-model",
            input_usd_per_million = 1,
            output_usd_per_million = 1,
        });
        await _service.Operator.PostOkAsync("/api/provider-credentials/create", new
        {
            provider = "custom", credential_name = "platform", api_key = "sk-platform-0123456789", api_base = _platform.ApiBase,
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _caller.Dispose();
        await _service.DisposeAsync();
        await _platform.DisposeAsync();
        await _own.DisposeAsync();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Call_WithAKeyOfTheCallers_GoesThereAndCostsNothing(bool stream)
    {
        _own.Answer(stream ? UpstreamScript.Stream(UpstreamScript.Text("hi"), UpstreamScript.Finish(), UpstreamScript.Usage(9, 3), UpstreamScript.Done) : UpstreamScript.Good());
        var before = await AvailableAsync();
        var key = await AddAsync();

        var answer = await CallAsync(stream);

        Assert.That((answer.StatusCode, _own.Received.Count, _platform.Received.Count), Is.EqualTo((HttpStatusCode.OK, 1, 0)));
        Assert.That(_own.Received.Single().Headers["Authorization"], Is.EqualTo("Bearer " + Secret));
        Assert.That(await AvailableAsync(), Is.EqualTo(before));
        Assert.That(await SqlAsync("select byok_key_id::text || ' ' || credits || ' ' || cost_usd::float from llm_calls"), Is.EqualTo($"{key} 0.000000 0"));
    }

    [Test]
    public async Task Call_WhenTheKeyIsRefused_Answers401AndChargesNothing()
    {
        var before = await AvailableAsync();
        await AddAsync();
        _own.Answer(UpstreamScript.Error(401, message: "bad key " + Secret));

        var answer = await CallAsync(stream: false);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((answer.StatusCode, JsonElement.Parse(text).GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.Unauthorized, "byok_key_invalid")));
        Assert.That(text, Does.Not.Contain(Secret));
        Assert.That((_platform.Received.Count, await AvailableAsync()), Is.EqualTo((0, before)));
    }

    [Test]
    public async Task Call_WhenTheKeyIsRefusedAndMayFallBack_IsServedAndChargedByThePlatform()
    {
        var before = await AvailableAsync();
        await AddAsync(fallBack: true);
        _own.Answer(UpstreamScript.Error(401));

        var answer = await CallAsync(stream: false);

        Assert.That((answer.StatusCode, _platform.Received.Count), Is.EqualTo((HttpStatusCode.OK, 1)));
        Assert.That(await AvailableAsync(), Is.LessThan(before));
        Assert.That(await SqlAsync("select count(*) from llm_calls where byok_key_id is null and credits > 0"), Is.EqualTo(1));
    }

    [Test]
    public async Task Call_AfterTheKeysDeletion_IsThePlatformsAgain()
    {
        var key = await AddAsync();
        await _caller.DeleteAsync($"/v1/byok/keys/{key}");

        Assert.That((await CallAsync(stream: false)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((_own.Received.Count, _platform.Received.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Call_WithAKeyForOpenRouter_ReachesModelsByOpenRoutersNames()
    {
        await AddAsync(provider: "openrouter");

        await CallAsync(stream: false, "claude-sonnet-4-5");
        await CallAsync(stream: false, "meta-llama/llama-3.3-70b-instruct");

        Assert.That(
            _own.Received.Select(request => JsonElement.Parse(request.Body).GetProperty("model").GetString()),
            Is.EqualTo(["anthropic/claude-sonnet-4.5", "meta-llama/llama-3.3-70b-instruct"]));
    }

    [Test]
    public async Task Call_OfAModelThatOnlyTheKeyGrants_NeverFallsBackToThePlatforms()
    {
        await _service.Operator.PostOkAsync("/api/provider-credentials/create", new
        {
            provider = "openrouter", credential_name = "platform", api_key = "sk-platform-0123456789", api_base = _platform.ApiBase,
        });
        await AddAsync(fallBack: true, provider: "openrouter");
        _own.Answer(UpstreamScript.Error(401));

        var answer = await CallAsync(stream: false, "somebody/unlisted-model");

        Assert.That((answer.StatusCode, _platform.Received.Count), Is.EqualTo((HttpStatusCode.Unauthorized, 0)));
    }

    private async Task<string> AddAsync(bool fallBack = false, string provider = "custom")
    {
        var added = await _caller.PostOkAsync("/v1/byok/keys?validate=false", new
        {
            provider, api_key = Secret, api_base = _own.ApiBase, fall_back_to_platform = fallBack,
        });
        return added.GetProperty("id").GetString()!;
    }

    private Task<HttpResponseMessage> CallAsync(bool stream, string model = "own-model") =>
        _caller.PostAsJsonAsync("/v1/chat/completions", new { model, stream, messages = new[] { new { role = "user", content = "hi" } } });

    private async Task<decimal> AvailableAsync() =>
        (decimal)(await SqlAsync($"select sum(allocated - used - reserved) from credit_accounts where organization_id = '{Organization}'"))!;

    private async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_service.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
