using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using System.Web;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

/// <summary>Tokens and sign-ins of a real OpenID Connect provider.</summary>
internal sealed partial class OidcTests
{
    private OidcServer _issuer = null!;
    private ServiceUnderTest _service = null!;
    private string _organization = "";

    [SetUp]
    public async Task StartAsync()
    {
        var port = Ports.Lasting();
        _issuer = await OidcServer.StartAsync(new Uri($"http://127.0.0.1:{port}/api/auth/oidc/callback"));
        _service = await ServiceUnderTest.StartAsync(
            null,
            $"urls=http://127.0.0.1:{port}",
            $"Auth:Oidc:Issuer={_issuer.Issuer}",
            $"Auth:Oidc:Audience={OidcServer.Audience}",
            $"Auth:Oidc:ClientId={OidcServer.ClientId}",
            $"Auth:Oidc:ClientSecret={OidcServer.ClientSecret}");
        _organization = await _service.CreateOrganizationAsync();
        await _issuer.SayAsync("machine", new { organization_id = _organization });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Test]
    public async Task Token_OfTheIssuer_IsAUserOfTheOrganizationThatItNames()
    {
        using var client = _service.Client(await _issuer.TokenAsync());

        var first = await client.GetOkAsync("/api/auth/me");
        var second = await client.GetOkAsync("/api/auth/me");

        Assert.That(first.GetProperty("kind").GetString(), Is.EqualTo("user"));
        Assert.That(first.GetProperty("organization_id").GetString(), Is.EqualTo(_organization));
        Assert.That(first.GetProperty("role").GetString(), Is.EqualTo("member"));
        Assert.That(second.GetProperty("user_id").GetString(), Is.EqualTo(first.GetProperty("user_id").GetString()));
        var members = await _service.Operator.GetOkAsync($"/api/organizations/{_organization}/members");
        Assert.That(members.GetProperty("members").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Token_OfSomebodyNew_ShownManyTimesAtOnce_MakesOneUser()
    {
        var token = await _issuer.TokenAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var client = _service.Client(token);
            return (await client.GetOkAsync("/api/auth/me")).GetProperty("user_id").GetString();
        }));

        Assert.That(ids.Distinct(StringComparer.Ordinal).Count(), Is.EqualTo(1));
        Assert.That((await _service.Operator.GetOkAsync("/api/users")).GetProperty("users").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Token_WithTheOperatorsRole_IsAnOperator()
    {
        await _issuer.SayAsync("machine", new { realm_access = new { roles = new[] { "saasllm-operator" } } });
        using var client = _service.Client(await _issuer.TokenAsync());

        await client.GetOkAsync("/api/users");
    }

    [Test]
    public async Task Token_ThatNamesNoOrganizationOrAnUnknownOne_MayDoNothing()
    {
        foreach (var claims in new object[] { new { }, new { organization_id = "nowhere" } })
        {
            await _issuer.SayAsync("machine", claims);
            using var client = _service.Client(await _issuer.TokenAsync());

            using var answer = await client.GetAsync("/v1/api-keys");

            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(await answer.CodeAsync(), Is.EqualTo("no_organization"));
        }
    }

    [Test]
    public async Task Token_ThatNamesOneOrganization_SpeaksForNoOther()
    {
        using var client = _service.Client(await _issuer.TokenAsync());
        var user = (await client.GetOkAsync("/api/auth/me")).GetProperty("user_id").GetString()!;
        var other = await _service.CreateOrganizationAsync();
        await _service.JoinAsync(other, user);
        client.DefaultRequestHeaders.Add("X-Organization-Id", other);

        Assert.That(await (await client.GetAsync("/v1/api-keys")).CodeAsync(), Is.EqualTo("not_a_member"));
    }

    [Test]
    public async Task Token_OfADisabledUser_Answers401()
    {
        using var client = _service.Client(await _issuer.TokenAsync());
        var user = (await client.GetOkAsync("/api/auth/me")).GetProperty("user_id").GetString();

        await _service.Operator.PutAsJsonAsync($"/api/users/{user}", new { status = "disabled" });

        Assert.That((await client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Keys_WhenTheIssuerRotatesThem_AreFollowed()
    {
        var old = await _issuer.TokenAsync();
        using var before = _service.Client(old);
        await before.GetOkAsync("/api/auth/me");

        await _issuer.RotateAsync();
        using var after = _service.Client(await _issuer.TokenAsync());

        await after.GetOkAsync("/api/auth/me");
        await before.GetOkAsync("/api/auth/me");
    }

    [Test]
    public async Task Keys_WhenTheIssuerWithdrawsThem_NoLongerCountOnceReadAgain()
    {
        using var before = _service.Client(await _issuer.TokenAsync());
        await before.GetOkAsync("/api/auth/me");

        await _issuer.RotateAsync(keep: false);
        using var after = _service.Client(await _issuer.TokenAsync());
        await after.GetOkAsync("/api/auth/me");

        Assert.That((await before.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Issuer_WhenItIsDown_IsNotMissedByThoseItsKeysAreKnownTo()
    {
        using var first = _service.Client(await _issuer.TokenAsync());
        await first.GetOkAsync("/api/auth/me");
        using var second = _service.Client(await _issuer.TokenAsync());

        await _issuer.StopAsync();

        await first.GetOkAsync("/api/auth/me");
        await second.GetOkAsync("/api/auth/me");
    }

    [Test]
    public async Task Issuer_ThatWasNeverReached_Answers503()
    {
        var token = await _issuer.TokenAsync();
        await _issuer.StopAsync();
        using var client = _service.Client(token);

        using var answer = await client.GetAsync("/v1/api-keys");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
    }

    [Test]
    public async Task Token_ForAnotherAudienceOrChanged_Answers401WithoutSayingWhy()
    {
        var token = await _issuer.TokenAsync();
        await using var elsewhere = await ServiceUnderTest.StartAsync(null, $"Auth:Oidc:Issuer={_issuer.Issuer}", "Auth:Oidc:Audience=another-api");
        using var wrongAudience = elsewhere.Client(token);
        using var changed = _service.Client(token[..^10] + "AAAAAAAAAA");

        foreach (var client in new[] { wrongAudience, changed })
        {
            using var answer = await client.GetAsync("/v1/api-keys");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            var error = (await answer.JsonAsync()).GetProperty("error");
            Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
            Assert.That(error.GetRawText(), Does.Not.Contain("audience").And.Not.Contain("signature"));
        }
    }

    [Test]
    public async Task SignIn_ThroughTheProvider_EndsInASession()
    {
        await _issuer.SayAsync("alice", new
        {
            name = "Alice A",
            email = "alice@example.com",
            email_verified = true,
            organization_id = _organization,
        });
        var browser = _service.OpenBrowser();

        var end = await SignInAsync(browser, "alice", "/dashboard/keys");
        var me = await browser.MeAsync();
        browser.Client.DefaultRequestHeaders.Add("X-CSRF-Token", me.GetProperty("csrf_token").GetString());
        var (_, key) = await browser.CreateKeyAsync();
        using var program = _service.Client(key);

        Assert.That(end.StatusCode, Is.EqualTo(HttpStatusCode.Found));
        Assert.That(end.Headers.Location!.OriginalString, Is.EqualTo("/dashboard/keys"));
        Assert.That(me.GetProperty("name").GetString(), Is.EqualTo("Alice A"));
        Assert.That(me.GetProperty("email").GetString(), Is.EqualTo("alice@example.com"));
        Assert.That(me.GetProperty("organization_id").GetString(), Is.EqualTo(_organization));
        Assert.That((await program.GetOkAsync("/api/auth/me")).GetProperty("user_id").GetString(), Is.EqualTo(me.GetProperty("user_id").GetString()));
        Assert.That(browser.Cookies.GetAllCookies().Select(cookie => cookie.Name), Has.None.EqualTo("oidc_flow"));
    }

    [Test]
    public async Task SignIn_WithAVerifiedAddressThatIsKnown_IsThatUser()
    {
        var id = await _service.CreateUserAsync("carol@example.com");
        await _service.JoinAsync(_organization, id, "admin");
        await _issuer.SayAsync("carol", new { email = "Carol@Example.com", email_verified = true });
        await _issuer.SayAsync("mallory", new { email = "carol@example.com", email_verified = false });
        var (browser, attacker) = (_service.OpenBrowser(), _service.OpenBrowser());

        await SignInAsync(browser, "carol", "/");
        await SignInAsync(attacker, "mallory", "/");

        Assert.That((await browser.MeAsync()).GetProperty("user_id").GetString(), Is.EqualTo(id));
        Assert.That((await browser.MeAsync()).GetProperty("role").GetString(), Is.EqualTo("admin"));
        Assert.That((await attacker.MeAsync()).GetProperty("user_id").GetString(), Is.Not.EqualTo(id));
    }

    [Test]
    public async Task SignIn_WithTheOperatorsRole_IsAnOperatorForThisSession()
    {
        await _issuer.SayAsync("root", new { realm_access = new { roles = new[] { "saasllm-operator" } } });
        var browser = _service.OpenBrowser();

        await SignInAsync(browser, "root", "/");

        await browser.Client.GetOkAsync("/api/users");
    }

    [Test]
    public async Task Callback_InAnotherBrowserOrTwice_IsRefused()
    {
        await _issuer.SayAsync("dave", new { organization_id = _organization });
        var (browser, other) = (_service.OpenBrowser(), _service.OpenBrowser());
        var callback = await ApproachCallbackAsync(browser, "dave", "/");

        Assert.That((await other.Client.GetAsync(callback)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "no cookie");
        await other.Client.GetAsync("/api/auth/oidc/login");
        Assert.That((await other.Client.GetAsync(callback)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "another's cookie");
        Assert.That((await browser.Client.GetAsync(callback)).StatusCode, Is.EqualTo(HttpStatusCode.Found));
        Assert.That((await browser.Client.GetAsync(callback)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "again");
    }

    [TestCase("//evil.example")]
    [TestCase("https://evil.example")]
    [TestCase("/\\evil.example")]
    public async Task SignIn_ThatWouldLeadElsewhere_IsRefused(string returnUrl)
    {
        using var answer = await _service.OpenBrowser().Client.GetAsync("/api/auth/oidc/login?return_url=" + Uri.EscapeDataString(returnUrl));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task SignIn_WithoutAProvider_Answers404()
    {
        await using var without = await ServiceUnderTest.StartAsync();

        Assert.That((await without.OpenBrowser().Client.GetAsync("/api/auth/oidc/login")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await without.OpenBrowser().Client.GetAsync("/api/auth/oidc/callback?code=a&state=b")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static async Task<HttpResponseMessage> SignInAsync(Browser browser, string user, string returnUrl) =>
        await browser.Client.GetAsync(await ApproachCallbackAsync(browser, user, returnUrl));

    /// <summary>Fills the provider's forms in as a person would, up to where it sends the browser back.</summary>
    private static async Task<Uri> ApproachCallbackAsync(Browser browser, string user, string returnUrl)
    {
        var page = await browser.Client.GetAsync("/api/auth/oidc/login?return_url=" + Uri.EscapeDataString(returnUrl));
        Assert.That(HttpUtility.ParseQueryString(page.Headers.Location!.Query)["code_challenge_method"], Is.EqualTo("S256"));
        for (var step = 0; step < 20; step++)
        {
            if (page.Headers.Location is { } location)
            {
                var next = location.IsAbsoluteUri ? location : new Uri(page.RequestMessage!.RequestUri!, location);
                if (next.AbsolutePath == "/api/auth/oidc/callback")
                    return next;

                page = await browser.Client.GetAsync(next);
                continue;
            }

            var html = await page.Content.ReadAsStringAsync();
            var form = Form().Match(html);
            Assert.That(form.Success, Is.True, html);
            page = await browser.Client.PostAsync(
                new Uri(page.RequestMessage!.RequestUri!, form.Groups["action"].Value),
                new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["prompt"] = Prompt().Match(html).Groups["prompt"].Value,
                    ["login"] = user,
                    ["password"] = "any",
                }));
        }

        throw new InvalidOperationException("The provider never sent the browser back.");
    }

    [GeneratedRegex("<form[^>]* action=\"(?<action>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("name=\"prompt\" value=\"(?<prompt>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prompt();
}
