using System.Net;
using System.Net.Http.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

internal sealed class UserKeyTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("/v1/api-keys")]
    [TestCase("/api/v1/llm/api-keys")]
    public async Task Key_WhenMade_IsShownOnceAndKnown(string path)
    {
        var browser = await _service.SignInMemberAsync();

        var made = await browser.Client.PostOkAsync(path, new { name = "laptop", expires_in_days = 30 });
        var key = made.GetProperty("api_key").GetString()!;
        var listed = (await browser.Client.GetOkAsync(path)).GetProperty("data").EnumerateArray().Single();
        using var program = _service.Client(key);
        var me = await program.GetOkAsync("/api/auth/me");

        Assert.That(key, Does.Match("^uc_[0-9a-f]{64}$"));
        Assert.That(listed.GetProperty("display").GetString(), Is.EqualTo($"{key[..7]}…{key[^4..]}"));
        Assert.That(listed.TryGetProperty("api_key", out _), Is.False);
        Assert.That(listed.GetProperty("name").GetString(), Is.EqualTo("laptop"));
        Assert.That(me.GetProperty("user_id").GetString(), Is.EqualTo(browser.UserId));
        Assert.That(me.GetProperty("organization_id").GetString(), Is.EqualTo(browser.OrganizationId));
        Assert.That(me.TryGetProperty("csrf_token", out _), Is.False);
    }

    [Test]
    public async Task Key_InTheHeaderOfAnthropicsClients_IsKnownToo()
    {
        var browser = await _service.SignInMemberAsync();
        using var program = _service.Client(null);
        program.DefaultRequestHeaders.Add("x-api-key", (await browser.CreateKeyAsync()).Key);

        Assert.That((await program.GetOkAsync("/api/auth/me")).GetProperty("user_id").GetString(), Is.EqualTo(browser.UserId));
    }

    [Test]
    public async Task Key_WhenRevokedOnOneNode_IsRefusedOnTheOther()
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        var browser = await _service.SignInMemberAsync();
        var (id, key) = await browser.CreateKeyAsync();
        using var elsewhere = other.Client(key);
        await elsewhere.GetOkAsync("/api/auth/me");

        using var revoked = await browser.Client.DeleteAsync($"/v1/api-keys/{id}");
        using var again = await browser.Client.DeleteAsync($"/v1/api-keys/{id}");

        Assert.That(revoked.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        await EventuallyAsync(async () => (await elsewhere.GetAsync("/api/auth/me")).StatusCode == HttpStatusCode.Unauthorized);
        Assert.That((await browser.Client.GetOkAsync("/v1/api-keys")).GetProperty("data").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Key_OfAnother_CannotBeSeenOrRevoked()
    {
        var owner = await _service.SignInMemberAsync();
        var colleague = await _service.SignInMemberAsync(owner.OrganizationId, "owner");
        var (id, _) = await owner.CreateKeyAsync();

        Assert.That((await colleague.Client.GetOkAsync("/v1/api-keys")).GetProperty("data").GetArrayLength(), Is.Zero);
        Assert.That((await colleague.Client.DeleteAsync($"/v1/api-keys/{id}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Key_WhenItHasExpired_IsRefused()
    {
        var browser = await _service.SignInMemberAsync();
        var (_, key) = await browser.CreateKeyAsync(new { expires_in_days = 1 });
        await using var dataSource = NpgsqlDataSource.Create(_service.ConnectionString);
        await using (var command = dataSource.CreateCommand("update user_api_keys set expires_at = now() where user_id = $1"))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = browser.UserId });
            await command.ExecuteNonQueryAsync();
        }

        using var program = _service.Client(key);

        Assert.That((await program.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Key_WhenUsed_SaysWhenSoonAfterwards()
    {
        var browser = await _service.SignInMemberAsync();
        using var program = _service.Client((await browser.CreateKeyAsync()).Key);

        await program.GetOkAsync("/api/auth/me");

        await EventuallyAsync(async () =>
            (await browser.Client.GetOkAsync("/v1/api-keys")).GetProperty("data")[0].GetProperty("last_used_at").ValueKind != System.Text.Json.JsonValueKind.Null);
    }

    [Test]
    public async Task Key_ShownInsteadOfASignIn_MakesNoOtherKeys()
    {
        var browser = await _service.SignInMemberAsync();
        using var program = _service.Client((await browser.CreateKeyAsync()).Key);
        using var service = _service.Client("sk-loopnet-service-key-2025");
        var team = await _service.CreateTeamAsync();

        Assert.That(await (await program.PostAsJsonAsync("/v1/api-keys", new { })).CodeAsync(), Is.EqualTo("sign_in_required"));
        Assert.That(await (await service.PostAsJsonAsync("/v1/api-keys", new { })).CodeAsync(), Is.EqualTo("sign_in_required"));
        Assert.That(await (await _service.Operator.PostAsJsonAsync("/v1/api-keys", new { })).CodeAsync(), Is.EqualTo("sign_in_required"));
        Assert.That((await team.Client.PostAsJsonAsync("/v1/api-keys", new { })).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("""{"expires_in_days":0}""", "expires_in_days")]
    [TestCase("""{"name":""}""", "name")]
    public async Task Key_WhenAFieldBreaksARule_NamesItAsOpenAiDoes(string body, string field)
    {
        var browser = await _service.SignInMemberAsync();

        using var answer = await browser.Client.PostRawAsync("/v1/api-keys", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await answer.JsonAsync()).GetProperty("error").GetProperty("param").GetString(), Is.EqualTo(field));
    }

    [TestCase("uc_0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("uc_short")]
    public async Task Key_ThatNobodyHas_Answers401InOpenAisForm(string key)
    {
        using var nobody = _service.Client(key);

        using var answer = await nobody.GetAsync("/v1/api-keys");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        Assert.That((await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await timer.WaitForNextTickAsync(deadline.Token);
    }
}
