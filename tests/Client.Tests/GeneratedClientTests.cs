using System.Reflection;
using System.Text.Json;

namespace SaasLlm.Client.Tests;

/// <summary>What the generator must make of the API's description.</summary>
internal sealed class GeneratedClientTests
{
    private const string Opened = """{"job_id":"01912345-0000-7000-8000-000000000001","team_id":"hr","status":"pending","created_at":"2026-01-01T12:00:00Z"}""";

    private static readonly PropertyInfo[] Members = [.. typeof(SaasLlmClient).Assembly.GetExportedTypes().SelectMany(type => type.GetProperties())];

    [Test]
    public void Names_OfMembersAndParameters_AreThoseOfCSharp()
    {
        var methods = typeof(SaasLlmClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

        Assert.That(methods, Has.Length.GreaterThan(100), "all of the API is there");
        Assert.That(Members.Select(member => member.Name), Has.None.Contains("_").And.All.Match("^[A-Z]"));
        Assert.That(methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.Name), Has.None.Contains("_").And.All.Match("^[a-z]"));
    }

    [Test]
    public void Names_OfMethods_SayWhatIsDoneAndNotHow() =>
        Assert.That(
            typeof(SaasLlmClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name),
            Has.None.Match("^(Post|Put|Patch)[A-Z]").And.None.Match("V1|ByPut"));

    [Test]
    public void Lists_OfWhatIsReceived_AreTyped() =>
        Assert.That(Members.Where(member => member.PropertyType == typeof(List<object>)).Select(member => member.Name).Distinct(), Is.EquivalentTo(new[] { "Messages", "Tools" }), "what is sent may be anything");

    [Test]
    public void Amounts_OfMoneyAndCredits_AreDecimals()
    {
        var amounts = Members.Where(member => member.Name.EndsWith("Usd", StringComparison.Ordinal) || member.Name.StartsWith("Credits", StringComparison.Ordinal)).ToArray();

        Assert.That(amounts, Has.Length.GreaterThan(20));
        Assert.That(amounts.Select(member => Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType).Where(type => type.IsValueType), Is.All.EqualTo(typeof(decimal)));
    }

    [Test]
    public async Task CreateJob_WhenPutOff_KeepsItsIdempotencyKeyAndTakesANewOneForTheNextCall()
    {
        using var service = new ScriptedService(new ScriptedAnswer(503, RetryAfter: "1"), new ScriptedAnswer(200, Opened));
        using var client = service.Connect();
        var job = new CreateJobBody { TeamId = "hr", JobType = "test" };

        var opened = await client.CreateJobAsync(job);
        await client.CreateJobAsync(job);

        Assert.That(opened.JobId, Is.EqualTo(Guid.Parse("01912345-0000-7000-8000-000000000001")));
        Assert.That(service.Requests, Has.Count.EqualTo(3));
        Assert.That(service.Requests[0].IdempotencyKey, Is.Not.Null.And.EqualTo(service.Requests[1].IdempotencyKey));
        Assert.That(service.Requests[2].IdempotencyKey, Is.Not.Null.And.Not.EqualTo(service.Requests[0].IdempotencyKey));
    }

    [Test]
    public async Task CreateJob_WhenGivenAnIdempotencyKey_SendsIt()
    {
        using var service = new ScriptedService(new ScriptedAnswer(200, Opened));
        using var client = service.Connect();

        await client.CreateJobAsync(new CreateJobBody { TeamId = "hr", JobType = "test" }, idempotencyKey: "order-1");

        Assert.That(service.Requests.Single().IdempotencyKey, Is.EqualTo("order-1"));
    }

    [Test]
    public void CallLlm_WhenPutOff_IsNotRepeated()
    {
        using var service = new ScriptedService(new ScriptedAnswer(429, """{"detail":"Wait.","code":"rate_limited"}""", RetryAfter: "1"));
        using var client = service.Connect();

        var refusal = Assert.ThrowsAsync<ApiException>(() => client.CallLlmAsync(Guid.CreateVersion7(), new LlmCallBody { Messages = [new { role = "user", content = "hello" }] }))!;

        Assert.That(refusal.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(service.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public void CallLlm_WithWhatTheModelTakesBeyondTheListedMembers_PassesItOn()
    {
        using var service = new ScriptedService(new ScriptedAnswer(404));
        using var client = service.Connect();

        Assert.ThrowsAsync<ApiException>(() => client.CallLlmAsync(Guid.CreateVersion7(), new LlmCallBody { AdditionalProperties = { ["reasoning_effort"] = "low" } }));

        Assert.That(JsonElement.Parse(service.Requests.Single().Body).GetProperty("reasoning_effort").GetString(), Is.EqualTo("low"));
    }

    [Test]
    public void UpdateTeam_WithFieldsThatAreNotSet_LeavesThemOut()
    {
        using var service = new ScriptedService(new ScriptedAnswer(404));
        using var client = service.Connect();

        Assert.ThrowsAsync<ApiException>(() => client.UpdateTeamAsync("hr", new UpdateTeam { RpmLimit = 60 }));

        Assert.That(JsonElement.Parse(service.Requests.Single().Body).EnumerateObject().Select(member => member.ToString()), Is.EqualTo(new[] { "\"rpm_limit\":60" }));
    }

    [Test]
    public void Answer_ThatIsNotJson_IsAnApiExceptionToo()
    {
        using var service = new ScriptedService(new ScriptedAnswer(200, "<html>"));
        using var client = service.Connect();

        var refusal = Assert.ThrowsAsync<ApiException>(() => client.GetTeamAsync("hr"))!;

        Assert.That(refusal.InnerException, Is.InstanceOf<JsonException>());
    }
}
