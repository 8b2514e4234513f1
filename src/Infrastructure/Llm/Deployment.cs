using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>One model as one credential reaches it: what a circuit breaker watches over and what a cool-down holds for.</summary>
internal sealed class Deployment
{
    public required string Provider { get; init; }

    public required string UpstreamModel { get; init; }

    public required ProviderKey Credential { get; init; }

    /// <summary>Names it in logs and to other nodes: never the secret.</summary>
    public required string Name { get; init; }

    /// <summary>Where chat requests go.</summary>
    public required Uri Address { get; init; }

    /// <summary>The base of the addresses of what else the provider offers.</summary>
    public required Uri ApiBase { get; init; }

    /// <summary>How its API is spoken to.</summary>
    public required ProviderDialect Dialect { get; init; }

    /// <summary>What every request carries, the credential among it.</summary>
    public required KeyValuePair<string, string>[] Headers { get; init; }

    /// <summary>The caller's own key that it is reached with; null: the platform's.</summary>
    public required ByokCredential? Byok { get; init; }

    /// <summary>The network, guarded where a caller chose the address; or the sandbox.</summary>
    public required HttpMessageInvoker Http { get; init; }

    /// <summary>What this node knows of it now.</summary>
    public DeploymentLoad Load { get; } = new();

    /// <summary>Made after the deployment that it watches over.</summary>
    public Circuit Circuit { get; set; } = null!;

    /// <summary>True where the sandbox stands in for a model that nobody has a credential for.</summary>
    public required bool IsInvented { get; init; }

    /// <summary>Where such requests go; null where the provider's API has no such operation.</summary>
    public Uri? AddressOf(UpstreamOperation operation) =>
        operation == UpstreamOperation.Chat ? Address : Dialect.AddressOf(operation, ApiBase, UpstreamModel);

    /// <summary>For logs.</summary>
    public override string ToString() => Name;
}

/// <param name="Scope">The organization in the sandbox, where one's trials must not open another's circuits; else empty.</param>
internal readonly record struct DeploymentKey(string Provider, string UpstreamModel, string CredentialIdentity, string Scope);

/// <summary>A model to try, and how it is reached.</summary>
internal readonly record struct Route(CatalogModel Model, int Priority, int Weight, Deployment Deployment);
