using System.Net.Http.Headers;
using Polly;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>One model as one credential reaches it: what a circuit breaker watches over.</summary>
internal sealed class Deployment
{
    public required string Provider { get; init; }

    public required string UpstreamModel { get; init; }

    public required ProviderKey Credential { get; init; }

    /// <summary>Where chat requests go.</summary>
    public required Uri Address { get; init; }

    /// <summary>Null where the server wants no key.</summary>
    public required AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>The network, or the sandbox.</summary>
    public required HttpMessageInvoker Http { get; init; }

    /// <summary>Retry, circuit breaker and time-out of this deployment's attempts.</summary>
    public required ResiliencePipeline<UpstreamAnswer> Pipeline { get; init; }

    /// <summary>True where the sandbox stands in for a model that nobody has a credential for.</summary>
    public required bool IsInvented { get; init; }

    /// <summary>For logs: never the secret.</summary>
    public override string ToString() => $"{Provider}/{UpstreamModel}@{Credential.Identity}";
}

/// <param name="Scope">The organization in the sandbox, where one's trials must not open another's circuits; else empty.</param>
internal readonly record struct DeploymentKey(string Provider, string UpstreamModel, string CredentialIdentity, string Scope);

/// <summary>A model to try, and how it is reached.</summary>
internal readonly record struct Route(CatalogModel Model, Deployment Deployment);
