using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

internal sealed class UserTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task CreateUser_WithAnAddressAlone_MakesIdAndNameAndShowsNoPassword()
    {
        var user = await _service.Operator.PostOkAsync("/api/users/create", new { email = "Alice@Example.com" });

        Assert.That(user.GetProperty("user_id").GetString(), Does.Match("^user_[0-9a-f]{24}$"));
        Assert.That(user.GetProperty("name").GetString(), Is.EqualTo("Alice@Example.com"));
        Assert.That(user.GetProperty("has_password").GetBoolean(), Is.False);
        Assert.That(user.GetProperty("status").GetString(), Is.EqualTo("active"));
        Assert.That(user.GetRawText(), Does.Not.Contain("hash"));
    }

    [Test]
    public async Task CreateUser_WhenIdOrAddressIsTaken_AnswersAlreadyExists()
    {
        await _service.Operator.PostOkAsync("/api/users/create", new { user_id = "bob", email = "bob@example.com" });

        foreach (var again in new[] { new { user_id = "bob", email = "bob2@example.com" }, new { user_id = "bob2", email = "BOB@EXAMPLE.COM" } })
        {
            var answer = await _service.Operator.PostAsJsonAsync("/api/users/create", again);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That((await answer.JsonAsync()).GetProperty("detail").GetString(), Does.Contain("already exists"));
        }
    }

    [Test]
    public async Task CreateUser_WhenManyWantTheSameAddressAtOnce_MakesOne()
    {
        var email = $"{Guid.CreateVersion7():n}@example.com";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _service.Operator.PostAsJsonAsync("/api/users/create", new { email })));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest), Is.EqualTo(7));
    }

    [TestCase("""{"email":"nobody"}""", "email")]
    [TestCase("""{"email":"a@b@c"}""", "email")]
    [TestCase("""{}""", "email")]
    [TestCase("""{"email":"c@example.com","password":"short"}""", "password")]
    [TestCase("""{"email":"c@example.com","user_id":"no spaces"}""", "user_id")]
    [TestCase("""{"email":"c@example.com","name":""}""", "name")]
    public async Task CreateUser_WhenAFieldBreaksARule_NamesIt(string body, string field)
    {
        using var answer = await _service.Operator.PostRawAsync("/api/users/create", body);

        Assert.That((int)answer.StatusCode, Is.EqualTo(422));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True);
    }

    [Test]
    public async Task ListUsers_WhenPaged_GivesEveryUserOnce()
    {
        for (var index = 0; index < 5; index++)
            await _service.CreateUserAsync();

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _service.Operator.GetOkAsync($"/api/users?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.That(page.GetProperty("users").GetRawText(), Is.EqualTo(page.GetProperty("data").GetRawText()));
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(user => user.GetProperty("user_id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Has.Count.GreaterThanOrEqualTo(5).And.Unique);
    }

    [Test]
    public async Task UpdateUser_WhenFieldsAreAbsent_LeavesThem()
    {
        var id = await _service.CreateUserAsync();

        var changed = await (await _service.Operator.PutAsJsonAsync($"/api/users/{id}", new { name = "New" })).JsonAsync();

        Assert.That(changed.GetProperty("name").GetString(), Is.EqualTo("New"));
        Assert.That(changed.GetProperty("email").GetString(), Is.EqualTo(id));
        Assert.That(changed.GetProperty("has_password").GetBoolean(), Is.True);
        Assert.That((await _service.Operator.GetOkAsync($"/api/users/{id}")).GetProperty("name").GetString(), Is.EqualTo("New"));
    }

    [Test]
    public async Task DisableUser_WhenSignedInWithAKey_RefusesBothAtOnce()
    {
        var browser = await _service.SignInMemberAsync();
        using var program = _service.Client((await browser.CreateKeyAsync()).Key);
        await program.GetOkAsync("/api/auth/me");

        await _service.Operator.PutAsJsonAsync($"/api/users/{browser.UserId}", new { status = "disabled" });
        Assert.That((await browser.Client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await program.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await program.LoginAsync(browser.UserId, People.Password)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));

        await _service.Operator.PutAsJsonAsync($"/api/users/{browser.UserId}", new { status = "active" });
        await program.GetOkAsync("/api/auth/me");
    }

    [Test]
    public async Task DeleteUser_Always_EndsEverythingAndKeepsTheIdTaken()
    {
        var browser = await _service.SignInMemberAsync();
        using var program = _service.Client((await browser.CreateKeyAsync()).Key);

        await _service.Operator.DeleteAsync($"/api/users/{browser.UserId}");

        Assert.That((await browser.Client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await program.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _service.Operator.GetAsync($"/api/users/{browser.UserId}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _service.Operator.DeleteAsync($"/api/users/{browser.UserId}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));

        var sameId = await _service.Operator.PostAsJsonAsync("/api/users/create", new { user_id = browser.UserId, email = "other@example.com" });
        Assert.That(sameId.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        var sameAddress = await _service.Operator.PostOkAsync("/api/users/create", new { email = browser.UserId });
        Assert.That(sameAddress.GetProperty("user_id").GetString(), Is.Not.EqualTo(browser.UserId));
        var members = await _service.Operator.GetOkAsync($"/api/organizations/{browser.OrganizationId}/members");
        Assert.That(members.GetProperty("members").EnumerateArray().ToArray(), Is.EqualTo(Array.Empty<JsonElement>()));
    }

    [Test]
    public async Task Users_ForAnybodyButTheOperator_AreForbidden()
    {
        var owner = await _service.SignInMemberAsync(role: "owner");

        Assert.That((await owner.Client.GetAsync("/api/users")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await owner.Client.PutAsJsonAsync($"/api/users/{owner.UserId}", new { is_operator = true })).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Operator_WhoSignedIn_UsesTheOperatorsRoutesUntilTheyAreOneNoLonger()
    {
        var id = await _service.CreateUserAsync(isOperator: true);
        var browser = await _service.SignInAsync(id);
        Assert.That((await browser.MeAsync()).GetProperty("kind").GetString(), Is.EqualTo("operator"));
        await browser.Client.GetOkAsync("/api/users");

        await _service.Operator.PutAsJsonAsync($"/api/users/{id}", new { is_operator = false });

        Assert.That((await browser.Client.GetAsync("/api/users")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }
}
