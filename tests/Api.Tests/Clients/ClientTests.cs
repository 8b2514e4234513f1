using System.Net.Http.Json;
using SaasLlm.Api.Tests.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Clients;

/// <summary>The service as the official clients find it: no provider's credential is there, so the sandbox answers.</summary>
internal abstract class ClientTests
{
    protected const string ChatModel = "gpt-4o-mini";
    protected const string EmbeddingModel = "gemini-embedding-001";
    protected const string ImageModel = "gpt-image-1";

    protected ServiceUnderTest Service { get; private set; } = null!;

    /// <summary>Who makes the calls of the current test, and nobody else's.</summary>
    protected Tenant Tenant { get; private set; } = null!;

    protected string Key { get; private set; } = null!;

    /// <summary>A key whose organization has no credits.</summary>
    protected string PoorKey { get; private set; } = null!;

    /// <summary>A key whose organization may make one call a minute.</summary>
    protected string LimitedKey { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Service = await ServiceUnderTest.StartAsync();
        using var priced = await Service.Operator.PutAsJsonAsync($"/api/models/{ImageModel}", new { input_usd_per_million = 5, output_usd_per_million = 40 });
        priced.EnsureSuccessStatusCode();
        PoorKey = await CreateKeyAsync(await Service.CreateTenantAsync(0));

        var limited = await Service.CreateTenantAsync();
        using var limit = await Service.Operator.PutAsJsonAsync($"/api/organizations/{limited.OrganizationId}", new { rpm_limit = 1 });
        limit.EnsureSuccessStatusCode();
        LimitedKey = await CreateKeyAsync(limited);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Service.VerifyLedgerAsync();
        await Service.DisposeAsync();
    }

    [SetUp]
    public async Task CreateTenantAsync()
    {
        Tenant = await Service.CreateTenantAsync();
        Key = await CreateKeyAsync(Tenant);
    }

    /// <summary>The one call that the tenant has broken off is on record, and nothing is held for it any more.</summary>
    protected Task AbortedCallIsRecordedAsync() => Eventually.IsTrueAsync(async () =>
    {
        var usage = await Tenant.Client.GetOkAsync("/v1/usage");
        var credits = await Tenant.CreditsAsync();
        return usage.GetProperty("total_requests").GetInt64() == 1
            && usage.GetProperty("total_cost").GetDecimal() > 0
            && credits.GetProperty("credits_reserved").GetDecimal() == 0;
    });

    private static async Task<string> CreateKeyAsync(Tenant tenant) =>
        (await tenant.Client.PostOkAsync("/v1/api-keys", new { name = "client" })).GetProperty("api_key").GetString()!;
}
