using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Api.Tests.Identities;
using SaasLlm.Client;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Llm;

/// <summary>Callers of the LLM API with something to pay with, and models at a scripted upstream.</summary>
internal static class Tenants
{
    /// <summary>A model at the upstream: 2 USD a million input tokens, 0.5 cached, 2.5 written to the cache, 8 output; gives its alias.</summary>
    public static async Task<string> CreateModelAsync(this ServiceUnderTest service, FakeUpstream upstream, Action<CreateModel>? more = null)
    {
        var alias = "model-" + Guid.CreateVersion7().ToString("N")[^12..];
        await service.Api.ServeModelAsync(alias, upstream, model =>
        {
            model.InputUsdPerMillion = 2;
            model.CachedInputUsdPerMillion = 0.5m;
            model.CacheWriteUsdPerMillion = 2.5m;
            model.OutputUsdPerMillion = 8;
            more?.Invoke(model);
        });
        return alias;
    }

    /// <summary>A user of a new organization, who pays from its pool.</summary>
    public static async Task<Tenant> CreateTenantAsync(this ServiceUnderTest service, decimal credits = 1000, string? tier = "enterprise")
    {
        var organizationId = $"org-{Guid.CreateVersion7():n}";
        await service.Api.CreateOrganizationAsync(new CreateOrganization { OrganizationId = organizationId, Name = "Test", Tier = tier, CreditsAllocated = credits });
        var browser = await service.SignInMemberAsync(organizationId);
        return new Tenant(organizationId, browser.UserId!, browser.Client, service);
    }

    public static object Chat(string? model, string prompt = "hi", object? more = null)
    {
        var body = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = new[] { new { role = "user", content = prompt } },
        };
        if (model is not null)
            body["model"] = model;
        foreach (var property in more?.GetType().GetProperties() ?? [])
            body[property.Name] = property.GetValue(more);
        return body;
    }
}

/// <summary>A user and the organization that pays.</summary>
internal sealed record Tenant(string OrganizationId, string UserId, HttpClient Client, ServiceUnderTest Service)
{
    public Task<HttpResponseMessage> CallAsync(string? model, object? more = null, string prompt = "hi") =>
        Client.PostAsJsonAsync("/v1/chat/completions", Tenants.Chat(model, prompt, more));

    /// <summary>A client of the same user at another node, by a key of their own.</summary>
    public async Task<HttpClient> OnAsync(ServiceUnderTest node)
    {
        var key = await Client.PostOkAsync("/v1/api-keys", new { name = "other node" });
        return node.Client(key.GetProperty("api_key").GetString());
    }

    public Task<JsonElement> CreditsAsync() => Client.GetOkAsync("/v1/credits");

    public async Task<decimal> UsedAsync() => (await CreditsAsync()).GetProperty("credits_used").GetDecimal();
}
