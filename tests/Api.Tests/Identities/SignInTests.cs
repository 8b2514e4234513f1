using System.Net;
using System.Net.Http.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

/// <summary>Passwords, sessions, lock-out and anti-forgery.</summary>
internal sealed class SignInTests
{
    private const int MaxFailedAttempts = 5;

    private ServiceUnderTest _service = null!;
    private HttpClient _nobody = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _nobody = _service.Client(null);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _nobody.Dispose();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task Login_WithTheRightPassword_SetsACookieThatScriptsCannotRead()
    {
        var id = await _service.CreateUserAsync();

        using var answer = await _nobody.LoginAsync(id.ToUpperInvariant(), People.Password);

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.That(cookie, Does.Match("^session_token=[0-9a-f]{64}; expires=.*; path=/; samesite=lax; httponly$"));
        Assert.That((await answer.JsonAsync()).GetProperty("user_id").GetString(), Is.EqualTo(id));
    }

    [Test]
    public async Task Login_WhenAnythingIsWrong_AnswersAlike()
    {
        var known = await _service.CreateUserAsync();
        var withoutPassword = (await _service.Operator.PostOkAsync("/api/users/create", new { email = "sso@example.com" })).GetProperty("email").GetString()!;
        var disabled = await _service.CreateUserAsync();
        await _service.Operator.PutAsJsonAsync($"/api/users/{disabled}", new { status = "disabled" });

        var answers = new[]
        {
            await _nobody.LoginAsync(known, "wrong password"),
            await _nobody.LoginAsync("nobody@example.com", People.Password),
            await _nobody.LoginAsync(withoutPassword, People.Password),
            await _nobody.LoginAsync(disabled, People.Password),
        };

        Assert.That(answers.Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answers.Select(answer => answer.Headers.WwwAuthenticate.ToString()), Is.All.EqualTo("Bearer"));
        var details = await Task.WhenAll(answers.Select(async answer => (await answer.JsonAsync()).GetProperty("detail").GetString()));
        Assert.That(details.Distinct(StringComparer.Ordinal).Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Login_AfterTooManyFailures_IsRefusedEvenWithTheRightPassword()
    {
        var id = await _service.CreateUserAsync();
        for (var attempt = 0; attempt < MaxFailedAttempts; attempt++)
            await _nobody.LoginAsync(id, "wrong password");

        Assert.That((await _nobody.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _service.Operator.GetOkAsync($"/api/users/{id}")).GetProperty("locked_until").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UnixEpoch));

        await ExecuteAsync("update users set locked_until = now() - interval '1 second' where user_id = $1", id);
        Assert.That((await _nobody.LoginAsync(id, "wrong password")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "the count begins anew");
        Assert.That((await _nobody.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _service.Operator.GetOkAsync($"/api/users/{id}")).GetProperty("locked_until").GetString(), Is.Null);
    }

    [Test]
    public async Task Login_WhenTheLastFailuresAreForgiven_CountsFromZero()
    {
        var id = await _service.CreateUserAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var attempt = 0; attempt < MaxFailedAttempts - 1; attempt++)
                await _nobody.LoginAsync(id, "wrong password");
            Assert.That((await _nobody.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public async Task Login_WhenManyGuessAtOnceOnTwoNodes_LooksAtNoMoreThanAllowed()
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        using var elsewhere = other.Client(null);
        var id = await _service.CreateUserAsync();

        // The right password is among the guesses, but only after all that are allowed have been used up.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(guess => (guess % 2 == 0 ? _nobody : elsewhere).LoginAsync(id, $"wrong password {guess}")));

        Assert.That(await ScalarAsync("select failed_sign_ins from users where user_id = $1", id), Is.EqualTo(MaxFailedAttempts));
        Assert.That((await elsewhere.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Login_WithAHashOfWeakerSettings_MakesAStrongerOne()
    {
        var id = await _service.CreateUserAsync();
        var weak = new Microsoft.AspNetCore.Identity.PasswordHasher<object>(Microsoft.Extensions.Options.Options.Create(
            new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = 1000 })).HashPassword(new object(), People.Password);
        await ExecuteAsync("update users set password_hash = $2 where user_id = $1", id, weak);

        Assert.That((await _nobody.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(await ScalarAsync("select password_hash from users where user_id = $1", id), Is.Not.EqualTo(weak));
        Assert.That((await _nobody.LoginAsync(id, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("""{"email":"a@example.com"}""")]
    [TestCase("""{"password":"x"}""")]
    [TestCase("""{"email":"a@example.com","password":""}""")]
    public async Task Login_WithoutBoth_NamesTheField(string body) =>
        Assert.That((int)(await _nobody.PostRawAsync("/api/auth/login", body)).StatusCode, Is.EqualTo(422));

    [Test]
    public async Task Session_ThatChangesSomething_NeedsTheAntiforgeryToken()
    {
        var browser = await _service.SignInMemberAsync();
        var token = (await browser.MeAsync()).GetProperty("csrf_token").GetString();
        Assert.That(token, Is.EqualTo(browser.Client.DefaultRequestHeaders.GetValues("X-CSRF-Token").Single()));

        foreach (var wrong in new[] { null, "", "wrong", browser.SessionToken, (await (await _service.SignInMemberAsync()).MeAsync()).GetProperty("csrf_token").GetString() })
        {
            browser.Client.DefaultRequestHeaders.Remove("X-CSRF-Token");
            if (wrong is not null)
                browser.Client.DefaultRequestHeaders.Add("X-CSRF-Token", wrong);

            using var refused = await browser.Client.PostAsJsonAsync("/v1/api-keys", new { name = "x" });
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(await refused.CodeAsync(), Is.EqualTo("antiforgery_required"));
            await browser.Client.GetOkAsync("/v1/api-keys");
        }
    }

    [Test]
    public async Task Logout_OnOneNode_EndsTheSessionOnTheOther()
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        var browser = await _service.SignInMemberAsync();
        using var elsewhere = WithCookie(other, browser.SessionToken);
        await elsewhere.GetOkAsync("/api/auth/me");

        await browser.Client.PostOkAsync("/api/auth/logout", new { });

        Assert.That(browser.Cookies.GetCookies(browser.Client.BaseAddress!), Is.Empty);
        await EventuallyAsync(async () => (await elsewhere.GetAsync("/api/auth/me")).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Session_WhenItHasExpired_IsRefused()
    {
        var browser = await _service.SignInMemberAsync();
        await ExecuteAsync("update user_sessions set expires_at = now() - interval '1 second' where user_id = $1", browser.UserId);
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        using var elsewhere = WithCookie(other, browser.SessionToken);

        Assert.That((await elsewhere.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));

        await _service.SignInMemberAsync();
        Assert.That(await ScalarAsync("select count(*) from user_sessions where user_id = $1", browser.UserId), Is.Zero, "the next sign-in clears it away");
    }

    [Test]
    public async Task Session_AtRest_IsAHashOnly()
    {
        var browser = await _service.SignInMemberAsync();

        Assert.That(
            await ScalarAsync("select encode(token_hash, 'hex') from user_sessions where user_id = $1", browser.UserId),
            Is.EqualTo(Application.Shared.VirtualKey.HashOf(browser.SessionToken)));
    }

    [Test]
    public async Task Password_WhenTheUserChangesIt_EndsOtherSessionsAndNotThisOne()
    {
        var browser = await _service.SignInMemberAsync();
        var elsewhere = await _service.SignInAsync(browser.UserId);

        using var wrong = await browser.Client.PostAsJsonAsync("/api/auth/password", new { current_password = "wrong", new_password = "another password" });
        await browser.Client.PostOkAsync("/api/auth/password", new { current_password = People.Password, new_password = "another password" });

        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        await browser.MeAsync();
        Assert.That((await elsewhere.Client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _nobody.LoginAsync(browser.UserId, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _nobody.LoginAsync(browser.UserId, "another password")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Password_WhenTheOperatorSetsIt_EndsSessionsAndTheLock()
    {
        var browser = await _service.SignInMemberAsync();
        for (var attempt = 0; attempt < MaxFailedAttempts; attempt++)
            await _nobody.LoginAsync(browser.UserId, "wrong password");

        await _service.Operator.PutAsJsonAsync($"/api/users/{browser.UserId}", new { password = "another password" });

        Assert.That((await browser.Client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _nobody.LoginAsync(browser.UserId, "another password")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Organization_OfSeveral_IsTheFirstUnlessChosen()
    {
        var browser = await _service.SignInMemberAsync();
        var second = await _service.CreateOrganizationAsync();
        await _service.JoinAsync(second, browser.UserId, "admin");
        Assert.That((await browser.MeAsync()).GetProperty("organization_id").GetString(), Is.EqualTo(browser.OrganizationId));

        browser.Client.DefaultRequestHeaders.Add("X-Organization-Id", second);
        Assert.That((await browser.MeAsync()).GetProperty("organization_id").GetString(), Is.EqualTo(second));
        Assert.That((await browser.MeAsync()).GetProperty("role").GetString(), Is.EqualTo("admin"));

        browser.Client.DefaultRequestHeaders.Remove("X-Organization-Id");
        browser.Client.DefaultRequestHeaders.Add("X-Organization-Id", await _service.CreateOrganizationAsync());
        using var foreign = await browser.Client.GetAsync("/v1/api-keys");
        Assert.That(await foreign.CodeAsync(), Is.EqualTo("not_a_member"));

        var atSignIn = _service.OpenBrowser();
        await atSignIn.Client.PostOkAsync("/api/auth/login", new { email = browser.UserId, password = People.Password, organization_id = second });
        Assert.That((await atSignIn.MeAsync()).GetProperty("organization_id").GetString(), Is.EqualTo(second));
    }

    [Test]
    public async Task SuspendedOrganization_StopsItsUsersButNotTheirAccounts()
    {
        var browser = await _service.SignInMemberAsync();
        await _service.Operator.PostAsync($"/api/organizations/{browser.OrganizationId}/suspend", null);

        Assert.That(await (await browser.Client.GetAsync("/v1/api-keys")).CodeAsync(), Is.EqualTo("organization_suspended"));
        await browser.MeAsync();
        await browser.Client.PostOkAsync("/api/auth/logout", new { });
    }

    [Test]
    public async Task SessionCookie_BesideAKey_SaysNothing()
    {
        var browser = await _service.SignInMemberAsync();
        browser.Client.DefaultRequestHeaders.Add("Authorization", "Bearer sk-unknown");

        Assert.That((await browser.Client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private static HttpClient WithCookie(ServiceUnderTest service, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = service.Address };
        client.DefaultRequestHeaders.Add("Cookie", "session_token=" + token);
        return client;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await timer.WaitForNextTickAsync(deadline.Token);
    }

    private async Task ExecuteAsync(string sql, params object[] values) => await ScalarAsync(sql, values);

    private async Task<object?> ScalarAsync(string sql, params object[] values)
    {
        await using var dataSource = NpgsqlDataSource.Create(_service.ConnectionString);
        await using var command = dataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }
}
