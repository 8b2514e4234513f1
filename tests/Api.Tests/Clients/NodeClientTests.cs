using System.Diagnostics;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Clients;

/// <summary>The official clients of npm; what they must see stands in the scripts beside this file.</summary>
internal sealed class NodeClientTests : ClientTests
{
    private string _scripts = null!;

    [OneTimeSetUp]
    public async Task InstallAsync() => _scripts = await NodeScripts.InstallAsync("tests", "Api.Tests", "Clients");

    [TestCase("chat")]
    [TestCase("stream")]
    [TestCase("tools")]
    [TestCase("toolsStream")]
    [TestCase("jsonSchema")]
    [TestCase("responses")]
    [TestCase("responsesStream")]
    [TestCase("responsesTools")]
    [TestCase("responsesJsonSchema")]
    [TestCase("embeddings")]
    [TestCase("images")]
    [TestCase("models")]
    [TestCase("errors")]
    public Task OpenAi_InEachCase_SeesWhatItMust(string name) => RunAsync("openai.mjs", name);

    [TestCase("chat")]
    [TestCase("otherModels")]
    [TestCase("authToken")]
    [TestCase("stream")]
    [TestCase("tools")]
    [TestCase("toolsStream")]
    [TestCase("jsonSchema")]
    [TestCase("models")]
    [TestCase("errors")]
    public Task Anthropic_InEachCase_SeesWhatItMust(string name) => RunAsync("anthropic.mjs", name);

    [TestCase("chat.chat")]
    [TestCase("chat.stream")]
    [TestCase("chat.tools")]
    [TestCase("chat.toolsStream")]
    [TestCase("chat.jsonSchema")]
    [TestCase("responses.chat")]
    [TestCase("responses.stream")]
    [TestCase("responses.tools")]
    [TestCase("responses.toolsStream")]
    [TestCase("responses.jsonSchema")]
    [TestCase("embeddings")]
    [TestCase("images")]
    [TestCase("errors")]
    public Task AiSdk_InEachCase_SeesWhatItMust(string name) => RunAsync("ai-sdk.mjs", name);

    [TestCase("openai.mjs", "abort")]
    [TestCase("openai.mjs", "responsesAbort")]
    [TestCase("anthropic.mjs", "abort")]
    [TestCase("ai-sdk.mjs", "chat.abort")]
    [TestCase("ai-sdk.mjs", "responses.abort")]
    public async Task Abort_InMidStream_LeavesTheCallOnRecord(string script, string name)
    {
        await RunAsync(script, name);

        await AbortedCallIsRecordedAsync();
    }

    private async Task RunAsync(string script, string name)
    {
        var start = new ProcessStartInfo("node", [script, name])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _scripts,
        };
        start.Environment["SAASLLM_URL"] = Service.Address.AbsoluteUri;
        start.Environment["SAASLLM_KEY"] = Key;
        start.Environment["SAASLLM_POOR_KEY"] = PoorKey;
        start.Environment["SAASLLM_LIMITED_KEY"] = LimitedKey;

        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = node.StandardError.ReadToEndAsync();
        var seen = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.That(node.ExitCode, Is.Zero, await errors);
        TestContext.Out.WriteLine(seen);
    }
}
