using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Moq;
using SaasLlm.Api.Auth;
using SaasLlm.Application.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Http;

/// <summary>What a service outside Development refuses, so that nothing meant for trials serves a customer.</summary>
internal sealed class StartUpTests
{
    [TestCase(null, "Auth:AdminKeys")]
    [TestCase(OperatorKeys.DevelopmentKey, "development key")]
    [TestCase("short", "16 characters")]
    public void OperatorKeys_InProduction_MustBeTheOperatorsOwn(string? key, string reason) =>
        Assert.That(() => OperatorKeys.From(Configuration(key), Environment("Production")), Throws.InvalidOperationException.With.Message.Contains(reason));

    [Test]
    public void OperatorKeys_InProduction_KnowTheConfiguredKeyOnly()
    {
        var keys = OperatorKeys.From(Configuration("sk-of-the-operator-0123"), Environment("Production"));

        Assert.That(keys.Find(Token("sk-of-the-operator-0123"))?.Caller?.Name, Is.EqualTo("sk-of-t…"));
        Assert.That(keys.Find(Token("sk-of-the-operator-012")), Is.Null);
        Assert.That(keys.Find(Token(OperatorKeys.DevelopmentKey)), Is.Null);
    }

    [Test]
    public async Task Service_InProductionWithoutADatabase_RefusesToStart()
    {
        await using var app = Service.Create(["--environment=Production", "--urls=http://127.0.0.1:0", "--Auth:AdminKeys:0=sk-of-the-operator-0123"]);
        Assert.That(app.PrepareAsync, Throws.InvalidOperationException.With.Message.Contains("ConnectionStrings:Postgres"));
    }

    [Test]
    public async Task Call_WithoutCredentialAndSandbox_Answers503AndIsRecorded()
    {
        await using var service = await ServiceUnderTest.StartAsync(null, "Llm:Sandbox=off");
        var team = await service.CreateTeamAsync();
        var job = await team.CreateJobAsync();

        using var answer = await team.PostCallAsync(job);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await answer.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("no_credential"));
        var costs = await service.CostsAsync(job);
        Assert.That(costs.FailedCalls, Is.EqualTo(1));
        Assert.That(costs.TotalCostUsd, Is.Zero);
    }

    private static BearerToken Token(string value) => new(value, VirtualKey.HashOf(value));

    private static IConfiguration Configuration(string? key) => new ConfigurationBuilder()
        .AddInMemoryCollection(key is null ? [] : new Dictionary<string, string?>(StringComparer.Ordinal) { ["Auth:AdminKeys:0"] = key })
        .Build();

    private static IHostEnvironment Environment(string name) => Mock.Of<IHostEnvironment>(environment => environment.EnvironmentName == name);
}
