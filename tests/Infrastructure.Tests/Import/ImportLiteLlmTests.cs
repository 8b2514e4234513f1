using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Import;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Infrastructure.Catalog;

namespace SaasLlm.Infrastructure.Tests.Import;

/// <summary>What becomes of LiteLLM's configurations, on a database with the built-in catalogue.</summary>
internal sealed class ImportLiteLlmTests
{
    private Node _node = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync(null, "Development", "OPENAI_API_KEY=sk-openai-0123456789", "AZURE_KEY=azure-0123456789", "AZURE_BASE=https://eu.openai.azure.com/");
        await _node.WithAsync<CatalogSeed, int>(seed => seed.ApplyAsync(CancellationToken.None));
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    private static IEnumerable<TestCaseData> Configs()
    {
        yield return Case(
            "known model by its own name",
            """
            model_list:
              - model_name: gpt-4o
                litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}
            """,
            "credential created openai",
            "model unchanged gpt-4o",
            "group created gpt-4o");
        yield return Case(
            "known model by another name, no key",
            """
            model_list:
              - model_name: fast
                litellm_params: {model: gpt-4o-mini}
            """,
            "model created fast: its prices are those of the catalogue's gpt-4o-mini.",
            "group created fast");
        yield return Case(
            "deployments at several accounts",
            """
            model_list:
              - model_name: gpt-4o
                litellm_params: {model: azure/gpt-4o, api_base: os.environ/AZURE_BASE, api_key: os.environ/AZURE_KEY, api_version: "2024-10-21"}
              - model_name: gpt-4o
                litellm_params: {model: azure/gpt-4o, api_base: "https://us.openai.azure.com", api_key: literal-0123456789}
              - model_name: gpt-4o
                litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}
            """,
            "credential created azure",
            "credential created azure.2",
            "credential created openai",
            "model created gpt-4o-azure",
            "model created gpt-4o-azure.2",
            "model unchanged gpt-4o",
            "group created gpt-4o");
        yield return Case(
            "variable that is not set",
            """
            model_list:
              - model_name: claude
                litellm_params: {model: anthropic/claude-sonnet-4-5, api_key: os.environ/NOT_SET}
            """,
            "credential skipped anthropic: the environment variable NOT_SET is not set for this service.",
            "model created claude",
            "group created claude");
        yield return Case(
            "server of one's own, unpriced and priced",
            """
            model_list:
              - model_name: meta/llama
                litellm_params: {model: openai/llama-3, api_base: "http://10.0.0.1:8000/v1"}
              - model_name: priced
                litellm_params: {model: openai/llama-4, api_base: "http://10.0.0.1:8000/v1", input_cost_per_token: 1.5e-07, output_cost_per_token: 6e-07}
            """,
            "credential created custom: has no key there; 'none' stands in its place.",
            "model created meta-llama: a deployment of 'meta/llama'. has no price: calls are refused until it is given one (PUT /api/models/{alias}; 0 for a free model).",
            "model created priced",
            "group created meta-llama: is called 'meta/llama' there.",
            "group created priced");
        yield return Case(
            "what has no counterpart",
            """
            model_list:
              - model_name: "*"
                litellm_params: {model: "openai/*"}
              - model_name: titan
                litellm_params: {model: bedrock/amazon.titan, aws_region_name: us-east-1}
              - model_name: whisper
                litellm_params: {model: openai/whisper-1, timeout: 3}
                model_info: {mode: audio_transcription}
              - model_name: no-params
            router_settings: {redis_host: os.environ/REDIS_HOST, routing_strategy: usage-based-routing-v2, fallbacks: [{nobody: [titan]}]}
            litellm_settings: {drop_params: true}
            general_settings: {master_key: sk-1234}
            guardrails: []
            """,
            "left model_list[0]",
            "left model_list[1].litellm_params.aws_region_name",
            "left model_list[2].litellm_params.timeout",
            "left model_list[3]",
            "left router_settings.redis_host",
            "left router_settings.routing_strategy",
            "left litellm_settings.drop_params",
            "left general_settings.master_key",
            "left guardrails",
            "left model_list[1].litellm_params.model",
            "left model_list[2].model_info.mode",
            "left router_settings.fallbacks[0].nobody");
        yield return Case(
            "credentials by name, and variables of the file",
            """
            environment_variables: {MY_KEY: sk-of-the-file-0123456789}
            credential_list:
              - credential_name: shared
                credential_values: {api_key: os.environ/MY_KEY}
            model_list:
              - model_name: one
                litellm_params: {model: groq/llama-3.3-70b, litellm_credential_name: shared}
              - model_name: two
                litellm_params: {model: groq/llama-3.3-70b, litellm_credential_name: nobody}
            """,
            "credential created groq",
            "model created one",
            "group created one",
            "left model_list[1]");

        static TestCaseData Case(string name, string yaml, params string[] expected) => new TestCaseData(yaml, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Configs))]
    public async Task DryRun_OfAConfig_SaysWhatItWouldDoAndWritesNothing(string yaml, string[] expected)
    {
        var before = await CountsAsync();

        var report = await _node.DoAsync(new ImportLiteLlm(yaml, Apply: false));

        Assert.That(report.Applied, Is.False);
        Assert.That(Lines(report), Is.EqualTo(expected).Using<string, string>(Begins));
        Assert.That(await CountsAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Import_OfEverythingTwice_ChangesNothingTheSecondTime()
    {
        await using var node = await NewNodeAsync();
        const string yaml =
            """
            model_list:
              - model_name: chat
                litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 6000}
              - model_name: chat
                litellm_params: {model: azure/chat-eu, api_base: "https://eu.openai.azure.com", api_key: azure-0123456789, rpm: 3000}
                model_info: {base_model: azure/gpt-4o, max_input_tokens: 128000, max_output_tokens: 16384, supports_vision: true}
              - model_name: spare
                litellm_params: {model: openai/gpt-4o-mini, api_key: os.environ/OPENAI_API_KEY, order: 2, weight: 3}
              - model_name: spare
                litellm_params: {model: deepseek/deepseek-chat, order: 1, weight: 0}
              - model_name: gpt-5
                litellm_params: {model: openai/gpt-5, api_key: os.environ/OPENAI_API_KEY, input_cost_per_token: 1.0e-06, output_cost_per_token: 9e-06}
            router_settings:
              routing_strategy: latency-based-routing
              fallbacks: [{chat: [spare]}]
              model_group_alias: {prod: chat, other: {model: spare, hidden: true}}
            """;

        var first = await node.DoAsync(new ImportLiteLlm(yaml, Apply: true));
        var counts = await CountsAsync(node);
        var second = await node.DoAsync(new ImportLiteLlm(yaml, Apply: true));

        Assert.That(first.Credentials.Concat(first.ModelGroups).Select(item => item.Outcome), Is.All.EqualTo("created"));
        Assert.That(first.Models.Single(item => item.Name == "gpt-5").Outcome, Is.EqualTo("updated"));
        Assert.That(second.Credentials.Concat(second.Models).Concat(second.ModelGroups).Select(item => item.Outcome), Is.All.EqualTo("unchanged"));
        Assert.That(await CountsAsync(node), Is.EqualTo(counts));

        var chat = await node.DoAsync(new GetModelGroup("chat"));
        var azure = await node.DoAsync(new GetModel("chat-azure"));
        var gpt5 = await node.DoAsync(new GetModel("gpt-5"));
        Assert.That(chat.RoutingStrategy, Is.EqualTo("lowest_latency"));
        Assert.That(chat.Models, Is.EqualTo(new[]
        {
            new ModelGroupMember("chat", 0, 1000, true),
            new ModelGroupMember("chat-azure", 0, 500, true),
            new ModelGroupMember("deepseek-chat", 1, 1, false),
            new ModelGroupMember("spare", 2, 3, true),
        }));
        Assert.That((await node.DoAsync(new GetModelGroup("prod"))).Models, Is.EqualTo(chat.Models));
        Assert.That(
            (azure.Provider, azure.UpstreamModel, azure.InputUsdPerMillion, azure.ContextWindow, azure.MaxOutputTokens, azure.Capabilities),
            Is.EqualTo(("azure", "chat-eu", 2.5m, 128000, 16384, new[] { "vision" })));
        Assert.That((gpt5.InputUsdPerMillion, gpt5.OutputUsdPerMillion, gpt5.BuiltIn), Is.EqualTo((1m, 9m, false)));
    }

    [Test]
    public async Task Import_BesideAnOperatorsOwn_LeavesItAlone()
    {
        await using var node = await NewNodeAsync();
        await node.DoAsync(new CreateProviderCredential("openai", "main", "sk-of-the-operator-0123"));
        await node.DoAsync(new CreateModel { ModelAlias = "mine", Provider = "openai", UpstreamModel = "gpt-4o", InputUsdPerMillion = 1, OutputUsdPerMillion = 2 });
        await node.DoAsync(new CreateModelGroup("taken", Models: [new ModelGroupEntry("gpt-4o", 0)]));

        var report = await node.DoAsync(new ImportLiteLlm(
            """
            model_list:
              - model_name: mine
                litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}
              - model_name: taken
                litellm_params: {model: openai/gpt-4o-mini}
            """,
            Apply: true));

        var mine = await node.DoAsync(new GetModel("mine"));
        Assert.That(Lines(report).Select(line => line.Split(':')[0]), Is.EqualTo(new[]
        {
            "credential created openai.2", "model created mine-openai.2", "model created taken", "group created mine", "group skipped taken",
        }));
        Assert.That((mine.Provider, mine.InputUsdPerMillion), Is.EqualTo(("openai", 1m)));
        Assert.That((await node.DoAsync(new GetModelGroup("taken"))).Models.Select(model => model.ModelName), Is.EqualTo(new[] { "gpt-4o" }));
    }

    [TestCase("[]")]
    [TestCase("just text")]
    [TestCase("a: 1")]
    [TestCase("model_list: {}")]
    public async Task Import_OfSomethingElse_IsRefused(string yaml) =>
        Assert.That((await _node.RefusedAsync(new ImportLiteLlm(yaml, Apply: true))).Code, Is.EqualTo("validation_failed"));

    [Test]
    public void Command_WhenPrinted_DoesNotShowTheFile() => Assert.That(new ImportLiteLlm("api_key: sk-1", true).ToString(), Does.Not.Contain("sk-1"));

    private static async Task<Node> NewNodeAsync()
    {
        var node = await Node.StartAsync(null, "Development", "OPENAI_API_KEY=sk-openai-0123456789");
        await node.WithAsync<CatalogSeed, int>(seed => seed.ApplyAsync(CancellationToken.None));
        return node;
    }

    private static bool Begins(string actual, string expected) => actual == expected || (!expected.Contains(": ", StringComparison.Ordinal) && actual.StartsWith(expected + ":", StringComparison.Ordinal));

    private static IEnumerable<string> Lines(ImportReport report) =>
    [
        .. report.Credentials.Select(item => Line("credential", item)),
        .. report.Models.Select(item => Line("model", item)),
        .. report.ModelGroups.Select(item => Line("group", item)),
        .. report.NotCarriedOver.Select(left => $"left {left.Path}"),
    ];

    private static string Line(string kind, ImportedItem item) => $"{kind} {item.Outcome} {item.Name}" + (item.Detail is null ? "" : ": " + item.Detail);

    private Task<string> CountsAsync() => CountsAsync(_node);

    private static async Task<string> CountsAsync(Node node) => (string)(await node.SqlAsync(
        """
        select concat_ws(' ',
            (select count(*) from models), (select max(updated_at) from models), (select count(*) from model_groups),
            (select count(*) from model_group_models), (select count(*) from provider_credentials), (select count(*) from audit_log))
        """))!;
}
