using System.Diagnostics;
using SaasLlm.Testing;

[assembly: LevelOfParallelism(2)]

namespace SaasLlm.Dashboard.Tests;

/// <summary>
/// The dashboard in a real browser before the whole service; what is to be seen stands in the scripts beside this file. Each script
/// has a service of its own, so that two can run at a time.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.Children)]
internal sealed class DashboardTests
{
    private static string _scripts = null!;
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public static async Task InstallAsync() => _scripts = await NodeScripts.InstallAsync("tests", "Dashboard.Tests");

    [SetUp]
    public async Task StartAsync() =>
        // Webhooks go to receivers that the scripts start on this machine; the identity provider is only pointed to.
        _service = await ServiceUnderTest.StartAsync(
            null,
            "webroot=" + BuiltPage.WebRoot(),
            "Outgoing:AllowedNetworks:0=127.0.0.0/8",
            "Auth:Oidc:Issuer=https://issuer.example",
            "Auth:Oidc:Audience=saasllm",
            "Auth:Oidc:ClientId=saasllm");

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public Task Operator_FromAnEmptyServiceOn_ReachesWhatTheyWant() => RunAsync("operator.spec.mjs");

    [Test]
    public Task Operator_WhileTeamsWork_WatchesTheService() => RunAsync("operations.spec.mjs");

    [Test]
    public Task Operator_OnThePagesOfWhatIsSold_SetsItUp() => RunAsync("catalog.spec.mjs");

    [Test]
    public Task Playground_ForATeam_StreamsAndSaysWhatItTook() => RunAsync("playground.spec.mjs");

    [Test]
    public Task Link_ToAKey_HandsItOverOnce() => RunAsync("handover.spec.mjs");

    [Test]
    public Task Client_WhoIsNew_IsTakenOnThroughThePageAlone() => RunAsync("onboarding.spec.mjs");

    /// <summary>Its pictures go to the folder that <c>SAASLLM_SCREENSHOTS</c> names, where it is set.</summary>
    [Test]
    public Task EveryPage_InEachLook_IsOpenToEverybody() => RunAsync("pages.spec.mjs");

    [Test]
    public async Task Team_OnEachOfItsPages_SeesNoModelProviderOrCost()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CompleteAsync(job);

        await RunAsync("team.spec.mjs", ("SAASLLM_TEAM_KEY", team.Client.DefaultRequestHeaders.Authorization!.Parameter!), ("SAASLLM_JOB", job.ToString()));
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
