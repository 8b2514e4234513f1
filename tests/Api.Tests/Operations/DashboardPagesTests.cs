using System.Net;
using SaasLlm.Api.Operations;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>How the dashboard is served; a stand-in for its files is enough to see it.</summary>
internal sealed class DashboardPagesTests
{
    private string _folder = null!;
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("saasllm-pages-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "dashboard/assets"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "dashboard/index.html"), """<meta property="csp-nonce" nonce="__nonce__">""");
        await File.WriteAllTextAsync(Path.Combine(_folder, "dashboard/assets/main-1a2b3c.js"), "1");
        _service = await ServiceUnderTest.StartAsync(settings: "webroot=" + _folder);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("/dashboard")]
    [TestCase("/dashboard/")]
    [TestCase("/dashboard/teams/acme-prod")]
    public async Task Page_AtAnyOfItsAddresses_IsFreshAndLetsInItsOwnStylesAlone(string path)
    {
        using var answer = await GetAsync(path);
        var page = await answer.Content.ReadAsStringAsync();
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = page.Split('"')[3];

        Assert.That(nonce, Has.Length.GreaterThan(16).And.Not.EqualTo("__nonce__"));
        Assert.That(policy, Does.Contain($"style-src 'self' 'nonce-{nonce}'").And.Contain("script-src 'self';").And.Not.Contain("unsafe"));
        Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/html"));
    }

    [Test]
    public async Task Page_EachTimeItIsAskedFor_HasAnotherNonce()
    {
        using var first = await GetAsync(DashboardPages.Path);
        using var second = await GetAsync(DashboardPages.Path);

        Assert.That(await first.Content.ReadAsStringAsync(), Is.Not.EqualTo(await second.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task Asset_WithItsHashInItsName_IsKeptForAYear()
    {
        using var answer = await GetAsync("/dashboard/assets/main-1a2b3c.js");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Headers.CacheControl?.ToString(), Is.EqualTo("public, max-age=31536000, immutable"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }

    [Test]
    public async Task Asset_ThatIsNotThere_IsNotThePage()
    {
        using var answer = await GetAsync("/dashboard/assets/main-000000.js");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var nobody = _service.Client(key: null);
        return await nobody.GetAsync(new Uri(path, UriKind.Relative));
    }
}
