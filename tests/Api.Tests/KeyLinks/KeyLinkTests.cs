using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.KeyLinks;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.KeyLinks;

internal sealed class KeyLinkTests
{
    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;
    private string _key = null!;

    [SetUp]
    public async Task StartAsync()
    {
        // Requests come from whatever address the test says, as they would through a proxy.
        _service = await ServiceUnderTest.StartAsync(null, "Jobs:SweepIntervalSeconds=1", "Api:TrustedProxies:0=127.0.0.1");
        _team = await _service.CreateTeamAsync();
        _key = _team.Client.DefaultRequestHeaders.Authorization!.Parameter!;
    }

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Claim_OfALink_GivesTheKeyOnceAndToNobodyAgain()
    {
        var token = await MakeAsync();

        using var first = await ClaimAsync(token);
        using var second = await ClaimAsync(token);

        var opened = await first.JsonAsync();
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(opened.GetProperty("virtual_key").GetString(), Is.EqualTo(_key));
        Assert.That(opened.GetProperty("team_id").GetString(), Is.EqualTo(_team.TeamId));
        Assert.That(opened.GetProperty("name").GetString(), Is.EqualTo("default"));
        Assert.That(first.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        Assert.That((await second.JsonAsync()).GetProperty("detail").GetString(), Does.Contain("opened before").And.Contain("new one"));
    }

    [Test]
    public async Task Claim_ByManyAtOnce_GivesTheKeyToOneOfThem()
    {
        for (var round = 0; round < 5; round++)
        {
            var token = await MakeAsync();

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => ClaimAsync(token, $"10.0.{round}.{number}")));

            Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(1));
            Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Gone), Is.EqualTo(19));
            Array.ForEach(answers, answer => answer.Dispose());
        }
    }

    [Test]
    public async Task Claim_AfterTheTime_IsRefusedAndTheRowIsSwept()
    {
        var token = await MakeAsync(300);
        await _service.ScalarAsync("update key_links set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'");

        using var late = await ClaimAsync(token);

        Assert.That(late.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        await Eventually.IsTrueAsync(async () => await _service.ScalarAsync("select count(*) from key_links") is 0L);
    }

    [Test]
    public async Task Claim_TooOftenFromOneAddress_IsRefusedForAWhileAndOtherAddressesAreNot()
    {
        var guess = KeyLinkToken.Create();
        for (var tries = 0; tries < ClaimKeyLink.TriesPerMinute; tries++)
        {
            using var refused = await ClaimAsync(guess, "10.1.1.1");
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        }

        using var tooMany = await ClaimAsync(await MakeAsync(), "10.1.1.1");
        using var other = await ClaimAsync(await MakeAsync(), "10.1.1.2");

        Assert.That(tooMany.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(tooMany.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Database_WhileALinkIsThere_HoldsNeitherTheKeyNorTheToken()
    {
        var token = await MakeAsync();

        var rows = (string)(await _service.ScalarAsync("select string_agg(link::text, ' ') from key_links as link"))!;

        Assert.That(rows, Does.Contain(KeyLinkToken.HashOf(token)));
        foreach (var secret in new[] { token, _key, _key[3..] })
        {
            Assert.That(rows, Does.Not.Contain(secret));
            Assert.That(rows, Does.Not.Contain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))));
        }
    }

    [Test]
    public async Task AuditLog_OfALink_SaysWhoMadeItAndFromWhereItWasOpened()
    {
        using var opened = await ClaimAsync(await MakeAsync(), "10.2.3.4");
        opened.EnsureSuccessStatusCode();

        var rows = (await _service.Operator.GetOkAsync("/api/audit?subject=key_link")).GetProperty("data").EnumerateArray().ToArray();

        Assert.That(rows.Select(Line), Is.EqualTo(new[] { "delete by system in ClaimKeyLink from 10.2.3.4", "create by operator in CreateKeyLink from 127.0.0.1" }));
        Assert.That(rows.Select(row => row.GetProperty("team_id").GetString()), Is.All.EqualTo(_team.TeamId));
        Assert.That(rows[1].GetProperty("after").GetProperty("key_encrypted").GetString(), Is.EqualTo("***"));

        static string Line(JsonElement row) =>
            $"{row.GetProperty("action")} by {row.GetProperty("actor_kind")} in {row.GetProperty("use_case")} from {row.GetProperty("address")}";
    }

    [TestCase("""{"key":"sk-of-nobody"}""", "key")]
    [TestCase("""{"key":""}""", "key")]
    [TestCase("{}", "key")]
    [TestCase("""{"key":"$key","expires_in_seconds":299}""", "expires_in_seconds")]
    [TestCase("""{"key":"$key","expires_in_seconds":604801}""", "expires_in_seconds")]
    public async Task Create_OfWhatIsWrong_NamesTheField(string body, string field)
    {
        using var refused = await _service.Operator.PostRawAsync("/api/key-links", body.Replace("$key", _key, StringComparison.Ordinal));

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await refused.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True);
    }

    [Test]
    public async Task Create_OfAKeyThatWasRevoked_IsRefused()
    {
        var made = await _service.Operator.PostOkAsync($"/api/teams/{_team.TeamId}/keys", new { name = "second" });
        using var revoked = await _service.Operator.DeleteAsync($"/api/teams/{_team.TeamId}/keys/{made.GetProperty("key_id")}");

        using var refused = await _service.Operator.PostAsJsonAsync("/api/key-links", new { key = made.GetProperty("virtual_key").GetString() });

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [TestCase("""{"token":"short"}""")]
    [TestCase("{}")]
    public async Task Claim_OfWhatIsNoToken_SaysSo(string body)
    {
        using var anybody = _service.Client(null);
        using var refused = await anybody.PostRawAsync("/api/key-links/claim", body);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    private async Task<string> MakeAsync(int? seconds = null)
    {
        var made = await _service.Operator.PostOkAsync("/api/key-links", new { key = _key, expires_in_seconds = seconds });
        return made.GetProperty("address").GetString()!.Split("/dashboard/claim#")[1];
    }

    private async Task<HttpResponseMessage> ClaimAsync(string token, string address = "10.0.0.1")
    {
        using var anybody = _service.Client(null);
        anybody.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await anybody.PostAsJsonAsync("/api/key-links/claim", new { token });
    }
}
