using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>
/// The service as it is deployed: a program of its own in Production, started somewhere else, with its secrets in files. It is the
/// one just built, or the one that the run's parameter <c>program</c> names (<c>./build.sh --target=PublishCheck</c>).
/// </summary>
internal sealed class DeployedServiceTests
{
    private const string Key = "sk-of-the-operator-0123456789";

    private string _folder = null!;
    private Process _service = null!;
    private HttpClient _client = null!;

    private static string Program => TestContext.Parameters.Get("program", ServiceProcess.Program);

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("saasllm-deployed-").FullName;
        await WriteSecretAsync("ConnectionStrings__Postgres", await TestPostgres.CreateEmptyDatabaseAsync());
        await WriteSecretAsync("Auth__AdminKeys__0", Key + "\n");
        _client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}"),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Key) },
        };
        _service = Process.Start(Command()) ?? throw new InvalidOperationException("The service did not start.");
        _service.OutputDataReceived += static (_, line) => TestContext.Progress.WriteLine(line.Data);
        _service.BeginOutputReadLine();
        await Eventually.IsTrueAsync(async () => await StatusAsync("/health/ready") == HttpStatusCode.OK);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (!_service.HasExited)
            _service.Kill();
        await _service.WaitForExitAsync();
        _service.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Health_ByTheProgramItself_IsAliveWhileItRuns()
    {
        Assert.That(await RunAsync("health"), Is.Zero);
        Assert.That(await RunAsync("health", "--urls=http://127.0.0.1:1"), Is.EqualTo(1));
    }

    [Test]
    public async Task Dashboard_WhereItWasBuilt_IsServedWithItsFiles()
    {
        var built = File.Exists(Path.Combine(Path.GetDirectoryName(Program)!, "wwwroot", "dashboard", "index.html"));
        using var page = await _client.GetAsync("/dashboard");
        if (!built)
        {
            Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            return;
        }

        var files = (await page.Content.ReadAsStringAsync()).Split('"').Where(text => text.StartsWith("/dashboard/assets/", StringComparison.Ordinal)).ToArray();
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(files, Has.Some.EndsWith(".js"));
        foreach (var file in files)
            Assert.That(await StatusAsync(file), Is.EqualTo(HttpStatusCode.OK), file);
    }

    [Test]
    public async Task Job_FromTheFirstOrganizationOn_IsServedAndCharged()
    {
        await _client.PostOkAsync("/api/organizations/create", new { organization_id = "acme", name = "Acme" });
        await _client.PostOkAsync("/api/model-groups/create", new { group_name = "chat", models = new[] { new { model_name = "gpt-4o-mini", priority = 0 } } });
        await _client.PostOkAsync("/api/teams/create", new { organization_id = "acme", team_id = "hr", model_groups = new[] { "chat" }, credits_allocated = 10 });

        var done = await _client.PostOkAsync("/api/jobs/create-and-call", new { team_id = "hr", job_type = "test", messages = new[] { new { role = "user", content = "Hello" } } });

        Assert.That(done.GetProperty("response").GetProperty("content").GetString(), Is.Not.Empty);
        Assert.That((await _client.GetOkAsync("/api/credits/teams/hr/balance")).GetProperty("credits_remaining").GetDecimal(), Is.EqualTo(9));
        Assert.That((await _client.GetOkAsync("/api/ledger/verify")).GetProperty("clean").GetBoolean());
    }

    [Test]
    public async Task Document_OfTheApi_IsServed()
    {
        var document = await _client.GetFromJsonAsync<JsonElement>("/openapi.json");

        Assert.That(document.GetProperty("paths").EnumerateObject().Count(), Is.GreaterThan(50));
    }

    private ProcessStartInfo Command(params string[] verb)
    {
        var start = Program.EndsWith(".dll", StringComparison.Ordinal) ? new ProcessStartInfo("dotnet", [Program]) : new ProcessStartInfo(Program);
        foreach (var argument in verb)
            start.ArgumentList.Add(argument);
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.WorkingDirectory = _folder;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = _client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        start.Environment["Secrets__Folder"] = Path.Combine(_folder, "secrets");
        start.Environment["Llm__Sandbox"] = "on";
        return start;
    }

    private async Task<int> RunAsync(params string[] verb)
    {
        using var process = Process.Start(Command(verb)) ?? throw new InvalidOperationException("The program did not start.");
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private async Task<HttpStatusCode?> StatusAsync(string path)
    {
        if (_service.HasExited)
            throw new InvalidOperationException($"The service ended with {_service.ExitCode}.");

        try
        {
            using var answer = await _client.GetAsync(path);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Task WriteSecretAsync(string name, string value) =>
        File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "secrets")).FullName, name), value);
}
