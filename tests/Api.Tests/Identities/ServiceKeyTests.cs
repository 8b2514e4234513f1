using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Moq;
using SaasLlm.Api.Auth;
using SaasLlm.Application.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

internal sealed class ServiceKeyTests
{
    private const string OwnKey = "sk-acme-service-key-2026";

    [Test]
    public async Task ServiceKey_InDevelopment_IsKnownWithoutConfiguration()
    {
        await using var service = await ServiceUnderTest.StartAsync();
        using var client = service.Client(ServiceKeys.DevelopmentKey);

        var me = await client.GetOkAsync("/api/auth/me");

        Assert.That(me.GetProperty("kind").GetString(), Is.EqualTo("service"));
        Assert.That(me.GetProperty("user_id").GetString(), Is.EqualTo("loopnet-service"));
        Assert.That(me.GetProperty("organization_id").GetString(), Is.EqualTo("org_loopnet_leads"));
    }

    [TestCase("sk-other-service-key-2025")]
    [TestCase("sk-loopnet-service-key-2026")]
    public async Task ServiceKey_OfNobody_IsSaidToBeOne(string key)
    {
        await using var service = await ServiceUnderTest.StartAsync();
        using var client = service.Client(key);

        using var answer = await client.GetAsync("/v1/api-keys");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.That(error.GetProperty("message").GetString(), Is.EqualTo("Invalid service key"));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
    }

    [Test]
    public async Task ServiceKey_OfASuspendedOrganization_Answers403()
    {
        await using var service = await ServiceUnderTest.StartAsync();
        using var client = service.Client(ServiceKeys.DevelopmentKey);
        await service.Operator.PostAsync("/api/organizations/create", System.Net.Http.Json.JsonContent.Create(new { organization_id = "org_loopnet_leads", name = "LoopNet" }));

        await service.Operator.PostAsync("/api/organizations/org_loopnet_leads/suspend", null);
        Assert.That((await client.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));

        await service.Operator.PostAsync("/api/organizations/org_loopnet_leads/resume", null);
        await client.GetOkAsync("/api/auth/me");
    }

    [Test]
    public void ServiceKeys_WhenConfigured_AreThoseAlone()
    {
        var keys = ServiceKeys.From(Configuration(OwnKey, "acme", "org_acme"), Environment("Production"));

        Assert.That(keys.Find(Token(OwnKey))?.Caller?.OrganizationId, Is.EqualTo("org_acme"));
        Assert.That(keys.Find(Token(ServiceKeys.DevelopmentKey)), Is.Null);
    }

    [Test]
    public void ServiceKeys_InProduction_AreNoneByDefault() =>
        Assert.That(ServiceKeys.From(new ConfigurationBuilder().Build(), Environment("Production")).Find(Token(ServiceKeys.DevelopmentKey)), Is.Null);

    [TestCase(ServiceKeys.DevelopmentKey, "acme", "org_acme", "development key")]
    [TestCase("sk-short", "acme", "org_acme", "16 characters")]
    [TestCase(OwnKey, "", "org_acme", "needs Key, Name and OrganizationId")]
    [TestCase(OwnKey, "acme", "", "needs Key, Name and OrganizationId")]
    public void ServiceKeys_InProduction_MustBeSafeAndComplete(string key, string name, string organizationId, string reason) =>
        Assert.That(
            () => ServiceKeys.From(Configuration(key, name, organizationId), Environment("Production")),
            Throws.InvalidOperationException.With.Message.Contains(reason).And.Message.Not.Contains(OwnKey));

    private static BearerToken Token(string value) => new(value, VirtualKey.HashOf(value));

    private static IConfiguration Configuration(string key, string name, string organizationId) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Auth:ServiceKeys:0:Key"] = key,
            ["Auth:ServiceKeys:0:Name"] = name,
            ["Auth:ServiceKeys:0:OrganizationId"] = organizationId,
        })
        .Build();

    private static IHostEnvironment Environment(string name) => Mock.Of<IHostEnvironment>(environment => environment.EnvironmentName == name);
}
