using SaasLlm.Client;

namespace SaasLlm.Testing;

/// <summary>Models that an upstream of the tests serves.</summary>
public static class Upstreams
{
    /// <summary>Creates a model and the credential that leads to the upstream, under a provider of the model's own name.</summary>
    /// <param name="terms">Sets its prices, at least.</param>
    public static async Task ServeModelAsync(this SaasLlmClient client, string alias, FakeUpstream upstream, Action<CreateModel> terms)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(terms);
        var model = new CreateModel { ModelAlias = alias, Provider = alias, UpstreamModel = "secret-model" };
        terms(model);
        await client.CreateModelAsync(model);
        await client.CreateProviderCredentialAsync(new CreateProviderCredential
        {
            Provider = alias,
            CredentialName = "test",
            ApiKey = "sk-upstream-secret-key",
            ApiBase = upstream.ApiBase.AbsoluteUri,
        });
    }

    /// <summary>What most tests pay: 1 USD a million input and 2 USD a million output tokens.</summary>
    public static void PlainPrices(CreateModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (model.InputUsdPerMillion, model.OutputUsdPerMillion) = (1, 2);
    }
}
