using System.Diagnostics;
using System.Text.Json;
using SaasLlm.Testing;
using YamlDotNet.RepresentationModel;

namespace SaasLlm.Guides.Tests;

/// <summary>Every block of code in the guides does what its page says.</summary>
internal sealed class GuideTests
{
    private const string QuickStart = "docs/quick-start.md";

    private static readonly string[] Languages = ["bash", "python", "javascript", "csharp", "json", "yaml", "nginx", "text"];

    private static IEnumerable<string> Pages => Block.All.Where(block => block.Run).Select(block => block.Page).Distinct();

    private static IEnumerable<Block> Unrun => Block.All.Where(block => !block.Run && block.Language is not ("nginx" or "text" or "csharp"));

    [Test]
    public void Block_Always_SaysItsLanguage() => Assert.That(Block.All.Where(block => !Languages.Contains(block.Language)), Is.Empty);

    [TestCaseSource(nameof(Pages))]
    public async Task Page_RunFromTopToBottom_DoesWhatItSays(string page)
    {
        await using var service = await ServiceUnderTest.StartAsync(
            null,
            "Outgoing:AllowedHosts:0=127.0.0.1",
            "Security:ActiveEncryptionKey=2026",
            "Security:EncryptionKeys:2026=" + Convert.ToBase64String(new byte[32]));
        var script = new PageScript(service, await NodeScripts.InstallAsync("tests", "Guides.Tests"));
        if (page != QuickStart)
            script.Add(Block.Of(QuickStart));
        script.Add(Block.Of(page));

        var outputs = await script.RunAsync();

        foreach (var (block, output) in outputs)
        {
            if (AnswerShownAfter(block) is { } shown)
                AssertShape(shown, output);
        }

        await service.VerifyLedgerAsync();
    }

    [TestCaseSource(nameof(Unrun))]
    public async Task Block_NotRun_CanBeReadAtLeast(Block block)
    {
        switch (block.Language)
        {
            case "json":
                Assert.That(() => JsonElement.Parse(block.Text), Throws.Nothing);
                break;
            case "yaml":
                Assert.That(() => new YamlStream().Load(new StringReader(block.Text)), Throws.Nothing);
                break;
            case "bash":
                await AcceptsAsync(block.Text, "bash", "-n");
                break;
            case "python":
                await AcceptsAsync(block.Text, "python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())");
                break;
            default:
                await AcceptsAsync(block.Text, "node", "--input-type=module", "--check");
                break;
        }
    }

    /// <summary>JSON right below a block that is run: its answer, with other values.</summary>
    private static Block? AnswerShownAfter(Block block) =>
        Block.Of(block.Page).SkipWhile(other => other != block).Skip(1).FirstOrDefault() is { Language: "json" } shown ? shown : null;

    private static void AssertShape(Block shown, string output)
    {
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        Assert.That(() => JsonElement.Parse(last), Throws.Nothing, $"the answer before {shown}: {output}");
        Assert.That(Members(JsonElement.Parse(shown.Text)).Except(Members(JsonElement.Parse(last))), Is.Empty, $"{shown} against {last}");
    }

    private static IEnumerable<string> Members(JsonElement element, string path = "") => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Members(member.Value, $"{path}.{member.Name}").Prepend($"{path}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Members(item, path + "[]")),
        _ => [],
    };

    private static async Task AcceptsAsync(string text, string program, params string[] arguments)
    {
        using var checker = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        await checker.StandardInput.WriteAsync(text);
        checker.StandardInput.Close();
        var errors = await checker.StandardError.ReadToEndAsync();
        await checker.WaitForExitAsync();
        Assert.That(checker.ExitCode, Is.Zero, errors);
    }
}
