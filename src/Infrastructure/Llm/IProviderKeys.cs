namespace SaasLlm.Infrastructure.Llm;

/// <summary>The operator's stored provider credentials, decrypted, as the gateway uses them.</summary>
internal interface IProviderKeys
{
    /// <summary>The active credential for a provider: the organization's own before the operator's; null where none is stored.</summary>
    ValueTask<ProviderKey?> FindAsync(string provider, string organizationId, CancellationToken cancellationToken);
}

/// <param name="Identity">Names the credential without revealing it; part of a deployment's identity (circuit breaker).</param>
/// <param name="ApiKey">The secret.</param>
/// <param name="ApiBase">The base address; null: the provider's own.</param>
internal sealed record ProviderKey(string Identity, string ApiKey, Uri? ApiBase)
{
    /// <summary>Never the secret: records print their members, and this one may meet a log.</summary>
    public override string ToString() => Identity;
}
