using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Import;

/// <summary>Moving in from LiteLLM, over HTTP and by the command.</summary>
internal sealed class LiteLlmImportTests
{
    private const string Secret = "sk-secret-0123456789abcdef";

    private FakeUpstream _first = null!;
    private FakeUpstream _second = null!;
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _first = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _second = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _service = await ServiceUnderTest.StartAsync(null, $"MY_UPSTREAM_KEY={Secret}", "Llm:RetryBaseDelayMs=1");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private string Config =>
        $$"""
        model_list:
          - model_name: assistant
            litellm_params:
              model: openai/main-model
              api_base: {{_first.ApiBase}}
              api_key: os.environ/MY_UPSTREAM_KEY
              input_cost_per_token: 1e-06
              output_cost_per_token: 2e-06
          - model_name: spare
            litellm_params: {model: hosted_vllm/spare-model, api_base: "{{_second.ApiBase}}"}
            model_info: {input_cost_per_token: 0, output_cost_per_token: 0}
        litellm_settings:
          fallbacks: [{assistant: [spare]}]
          num_retries: 2
        """;

    [Test]
    public async Task Import_OverHttp_ServesCallsWithFallbackAndNeverShowsTheKey()
    {
        using var dry = await PostAsync("/api/import/litellm", Config);
        using var nothing = await _service.Operator.GetAsync("/api/model-groups/assistant");
        using var applied = await PostAsync("/api/import/litellm?apply=true", Config);
        var again = await (await PostAsync("/api/import/litellm?apply=true", Config)).JsonAsync();

        Assert.That((dry.StatusCode, nothing.StatusCode, applied.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK)));
        Assert.That((await dry.JsonAsync()).GetProperty("applied").GetBoolean(), Is.False);
        Assert.That((await dry.JsonAsync()).GetProperty("model_groups").ToString(), Is.EqualTo((await applied.JsonAsync()).GetProperty("model_groups").ToString()));
        Assert.That(await applied.Content.ReadAsStringAsync(), Does.Not.Contain(Secret).And.Contain("litellm_settings.num_retries"));
        Assert.That(
            again.GetProperty("models").EnumerateArray().Concat(again.GetProperty("credentials").EnumerateArray()).Select(item => item.GetProperty("outcome").GetString()),
            Is.All.EqualTo("unchanged"));
        await ExpectServedAsync();
    }

    [Test]
    public async Task Import_ByTheCommand_ReachesTheRunningService()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Config);
            var dry = await ServiceProcess.RunAsync("import", _service.ConnectionString, $"file={file}", $"MY_UPSTREAM_KEY={Secret}");
            using var nothing = await _service.Operator.GetAsync("/api/model-groups/assistant");
            var applied = await ServiceProcess.RunAsync("import", _service.ConnectionString, $"file={file}", "apply", $"MY_UPSTREAM_KEY={Secret}");
            var missing = await ServiceProcess.RunAsync("import", _service.ConnectionString, "file=/nowhere/config.yaml");

            Assert.That((dry.ExitCode, nothing.StatusCode, applied.ExitCode, missing.ExitCode), Is.EqualTo((0, HttpStatusCode.NotFound, 0, 1)), dry.Output + applied.Output);
            Assert.That(dry.Output, Does.Contain("created   assistant (model_list[0])").And.Contain("nothing was written"));
            Assert.That(dry.Output + applied.Output, Does.Not.Contain(Secret));
            Assert.That(missing.Output, Does.Contain("There is no file"));
        }
        finally
        {
            File.Delete(file);
        }

        var entries = (await _service.Operator.GetOkAsync("/api/audit?action=ImportLiteLlm")).GetProperty("data").EnumerateArray().ToArray();
        Assert.That(entries.Select(entry => entry.GetProperty("actor").GetString()), Is.All.EqualTo("command line").And.Not.Empty);
        await ExpectServedAsync();
    }

    [TestCase("application/json", "{}", 415, "unsupported_media_type")]
    [TestCase("application/yaml", "", 422, "validation_failed")]
    [TestCase("application/yaml", "model_list: [", 400, "malformed_yaml")]
    [TestCase("text/yaml", "a: !!python/object:os.system {}", 400, "malformed_yaml")]
    [TestCase("application/x-yaml", "- 1", 422, "validation_failed")]
    public async Task Import_OfWhatIsNoConfig_IsRefused(string type, string body, int status, string code)
    {
        using var answer = await PostAsync("/api/import/litellm?apply=true", body, type);

        Assert.That(((int)answer.StatusCode, (await answer.JsonAsync()).GetProperty("code").GetString()), Is.EqualTo((status, code)));
    }

    [Test]
    public async Task Import_OfBytesThatAreNoText_IsRefused()
    {
        using var answer = await _service.Operator.PostAsync("/api/import/litellm", new ByteArrayContent([0xff, 0xfe, 0x80]) { Headers = { ContentType = new("application/yaml") } });
        using var large = await PostAsync("/api/import/litellm", new string(' ', 1024 * 1024 + 1) + "a");

        Assert.That((answer.StatusCode, large.StatusCode), Is.EqualTo((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge)));
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string yaml, string type = "application/yaml") =>
        await _service.Operator.PostAsync(path, new StringContent(yaml, Encoding.UTF8, type));

    /// <summary>A call through the imported group, by its first model and, when that fails, by the next.</summary>
    private async Task ExpectServedAsync()
    {
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = "acme", name = "Acme" });
        var team = await _service.Operator.PostOkAsync("/api/teams/create", new { organization_id = "acme", team_id = "hr", model_groups = new[] { "assistant" }, credits_allocated = 5 });
        using var client = _service.Client(team.GetProperty("virtual_key").GetString());
        var job = (await client.PostOkAsync("/api/jobs/create", new { team_id = "hr", job_type = "test" })).GetProperty("job_id").GetString();

        using var served = await client.PostAsJsonAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"));
        _first.Answer(UpstreamScript.Error(500));
        using var fallenBack = await client.PostAsJsonAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"));

        Assert.That((served.StatusCode, fallenBack.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)), await served.Content.ReadAsStringAsync());
        var first = _first.Received.First();
        Assert.That((first.Headers["Authorization"], JsonElement.Parse(first.Body).GetProperty("model").GetString()), Is.EqualTo(($"Bearer {Secret}", "main-model")));
        Assert.That(JsonElement.Parse(_second.Received.Single().Body).GetProperty("model").GetString(), Is.EqualTo("spare-model"));
        var costs = (await _service.Operator.GetOkAsync($"/api/jobs/{job}/costs")).GetProperty("costs");
        Assert.That(costs.GetProperty("breakdown")[0].GetProperty("cost_usd").GetRawText(), Is.EqualTo("0.000015"));
    }
}
