using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>A job's calls to a model whose provider speaks Anthropic's Messages API: the caller sees no difference.</summary>
internal sealed class AnthropicTests
{
    private const string Message =
        """{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Let me look."},{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Bonn"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":100,"cache_read_input_tokens":1000,"cache_creation_input_tokens":400,"output_tokens":50}}""";

    private const string Start =
        """data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":100,"output_tokens":1}}}""";

    private const string Text = """data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"12345678"}}""";
    private const string End = """data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":20}}""";
    private const string Stop = """data: {"type":"message_stop"}""";

    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;
    private TestTeam _team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync(null, "Llm:Retries=0");
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Message));
        await _service.Operator.PostOkAsync("/api/models/create", new
        {
            model_alias = "opus",
            provider = "anthropic",
            upstream_model = "claude-opus-4-6",
            input_usd_per_million = 10,
            output_usd_per_million = 100,
            cached_input_usd_per_million = 1,
            max_output_tokens = 32000,
        });
        await _service.Operator.PostOkAsync("/api/provider-credentials/create", new
        {
            provider = "anthropic",
            credential_name = "test",
            api_key = "sk-ant-secret-key",
            api_base = _upstream.ApiBase,
        });
        _team = await _service.CreateTeamAsync(modelGroup: "Claude", models: "opus");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _upstream.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task Call_WithTools_IsTranslatedBothWaysAndCosted()
    {
        _upstream.Answer(UpstreamScript.Json(200, Message));
        var job = await _team.CreateJobAsync();

        using var answer = await _team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", """
            {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"How is the weather in Bonn?"}],
             "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],
             "purpose":"p","temperature":0.5}
            """);

        var body = await answer.JsonAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), body.ToString());
        var response = body.GetProperty("response");
        var call = response.GetProperty("tool_calls")[0].GetProperty("function");
        var sent = JsonNode.Parse(_upstream.Received.Last().Body)!;
        Assert.Multiple(() =>
        {
            Assert.That(response.GetProperty("content").GetString(), Is.EqualTo("Let me look."));
            Assert.That((call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()), Is.EqualTo(("weather", """{"city":"Bonn"}""")));
            Assert.That(response.GetProperty("finish_reason").GetString(), Is.EqualTo("tool_calls"));
            Assert.That(body.GetProperty("metadata").GetProperty("tokens_used").GetInt32(), Is.EqualTo(1550));
            Assert.That(((string?)sent["system"], (int)sent["max_tokens"]!, (string?)sent["model"]), Is.EqualTo(("Be brief.", 32000, "claude-opus-4-6")));
            Assert.That((string?)sent["tools"]![0]!["input_schema"]!["properties"]!["city"]!["type"], Is.EqualTo("string"));
        });
        var recorded = await CallAsync(job);
        Assert.That((recorded.GetProperty("prompt_tokens").GetInt32(), recorded.GetProperty("cached_tokens").GetInt32(), recorded.GetProperty("completion_tokens").GetInt32()), Is.EqualTo((1500, 1000, 50)));
        Assert.That(recorded.GetProperty("cost_usd").GetDecimal(), Is.EqualTo(0.011m), "500 × 10 + 1000 × 1 + 50 × 100 millionths");
    }

    [Test]
    public async Task Stream_ToItsEnd_IsAStreamOfChunks()
    {
        _upstream.Answer(UpstreamScript.Stream(string.Join("\n\n", Start, Text, End, Stop) + "\n\n"));
        var job = await _team.CreateJobAsync();

        using var answer = await _team.Client.PostRawAsync($"/api/jobs/{job}/llm-call-stream", """{"messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true}}""");

        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(text, Does.Contain("\"content\":\"12345678\"").And.Contain("\"finish_reason\":\"stop\"").And.Contain("\"completion_tokens\":20").And.EndWith("data: [DONE]\n\n"));
        Assert.That(text, Does.Not.Contain("claude").And.Not.Contain("msg_1"));
        Assert.That((await CallAsync(job)).GetProperty("cost_usd").GetDecimal(), Is.EqualTo(0.003m));
    }

    [Test]
    public async Task Stream_WhenItIsCut_IsChargedForThePromptAndWhatWasDelivered()
    {
        _upstream.Answer(UpstreamScript.Stream(string.Join("\n\n", Start, Text, Text) + "\n\n"));
        var job = await _team.CreateJobAsync();

        Assert.That(
            () => _team.Client.PostRawAsync($"/api/jobs/{job}/llm-call-stream", """{"messages":[{"role":"user","content":"hi"}]}"""),
            Throws.InstanceOf<HttpRequestException>());

        var call = await CallAsync(job);
        Assert.That((call.GetProperty("prompt_tokens").GetInt32(), call.GetProperty("completion_tokens").GetInt32()), Is.EqualTo((100, 4)));
        await _service.VerifyLedgerAsync();
    }

    [TestCase(529, 502)]
    [TestCase(401, 502)]
    [TestCase(400, 400)]
    public async Task Call_WhenAnthropicRefuses_TellsNoSecrets(int status, int seen)
    {
        _upstream.Answer(UpstreamScript.Json(status, """{"type":"error","error":{"type":"e","message":"claude-opus-4-6 of Anthropic does not like sk-ant-secret-key"}}"""));
        var job = await _team.CreateJobAsync();

        using var answer = await _team.PostCallAsync(job);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(seen), text);
        Assert.That(text, Does.Not.Contain("sk-ant").And.Not.Contain("opus").And.Not.Contain("Anthropic"));
    }

    private async Task<JsonElement> CallAsync(Guid job) =>
        (await _service.Operator.GetOkAsync($"/api/jobs/{job}/costs")).GetProperty("costs").GetProperty("breakdown").EnumerateArray().Single();
}
