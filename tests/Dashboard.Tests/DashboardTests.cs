using System.Diagnostics;
using SaasLlm.Testing;

namespace SaasLlm.Dashboard.Tests;

/// <summary>The dashboard in a real browser before the whole service; what is to be seen stands in the scripts beside this file.</summary>
internal sealed class DashboardTests
{
    private string _scripts = null!;
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task InstallAsync() => _scripts = await NodeScripts.InstallAsync("tests", "Dashboard.Tests");

    [SetUp]
    public async Task StartAsync()
    {
        var pages = Path.Combine(NodeScripts.Root(), "src/Api/bin/Release/net10.0/wwwroot");
        Assert.That(Path.Combine(pages, "dashboard/index.html"), Does.Exist, "./build.sh --target=Build builds the page.");
        // A receiver on this machine, and an identity provider that is only pointed to.
        _service = await ServiceUnderTest.StartAsync(
            null,
            "webroot=" + pages,
            "Outgoing:AllowedNetworks:0=127.0.0.0/8",
            "Auth:Oidc:Issuer=https://issuer.example",
            "Auth:Oidc:Audience=saasllm",
            "Auth:Oidc:ClientId=saasllm");
    }

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public Task Operator_FromAnEmptyServiceOn_ReachesWhatTheyWant() => RunAsync("operator.spec.mjs");

    [Test]
    public Task Operator_WhileTeamsWork_WatchesTheService() => RunAsync("operations.spec.mjs");

    [Test]
    public Task Operator_OnThePagesOfWhatIsSold_SetsItUp() => RunAsync("catalog.spec.mjs");

    [Test]
    public async Task Team_OnEachOfItsPages_SeesNoModelProviderOrCost()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        using var called = await team.CallAsync(job);
        called.EnsureSuccessStatusCode();
        using var completed = await team.CompleteAsync(job);
        completed.EnsureSuccessStatusCode();

        await RunAsync("team.spec.mjs", ("SAASLLM_TEAM_KEY", team.Client.DefaultRequestHeaders.Authorization!.Parameter!), ("SAASLLM_JOB", job));
    }

    private async Task RunAsync(string script, params (string Name, string Value)[] facts)
    {
        var output = Directory.CreateTempSubdirectory("saasllm-browser-").FullName;
        var start = new ProcessStartInfo("node", ["node_modules/@playwright/test/cli.js", "test", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _scripts,
        };
        start.Environment["SAASLLM_URL"] = _service.Address.AbsoluteUri.TrimEnd('/');
        start.Environment["SAASLLM_OPERATOR_KEY"] = ServiceUnderTest.OperatorKey;
        start.Environment["SAASLLM_OUTPUT"] = output;
        foreach (var (name, value) in facts)
            start.Environment[name] = value;

        using var browser = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = browser.StandardError.ReadToEndAsync();
        var seen = await browser.StandardOutput.ReadToEndAsync();
        await browser.WaitForExitAsync();

        Assert.That(browser.ExitCode, Is.Zero, $"{seen}{await errors}\nPictures: {output}");
        Directory.Delete(output, recursive: true);
    }
}
