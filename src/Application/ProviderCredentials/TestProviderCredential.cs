using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

/// <summary>Asks the provider whether it accepts the stored key, active or not.</summary>
public sealed record TestProviderCredential(Guid CredentialId) : IRequest<Result<ProviderCredentialTest>>;

/// <param name="Ok">True where the provider accepted the key.</param>
/// <param name="StatusCode">The provider's HTTP status; null where it did not answer.</param>
/// <param name="LatencyMs">Time to the answer, in ms.</param>
public sealed record ProviderCredentialTest(Guid CredentialId, string Provider, bool Ok, int? StatusCode, string Message, int LatencyMs);

internal sealed class TestProviderCredentialHandler(IProviderCredentialRepository credentials, ISecretBox box, IProviderProbe probe)
    : IRequestHandler<TestProviderCredential, Result<ProviderCredentialTest>>
{
    public async Task<Result<ProviderCredentialTest>> Handle(TestProviderCredential command, CancellationToken cancellationToken)
    {
        if (await credentials.GetAsync(command.CredentialId, cancellationToken) is not { } credential
            || await credentials.GetSecretAsync(command.CredentialId, cancellationToken) is not { } secret)
        {
            return ProviderCredentialsErrors.NotFound(command.CredentialId);
        }

        if (box.Open(secret, SecretOwner.ProviderCredential(command.CredentialId)) is not { } apiKey)
            return ProviderCredentialsErrors.Unreadable(secret.KeyId);

        var apiBase = credential.ApiBase is null ? null : new Uri(credential.ApiBase);
        var outcome = await probe.TestAsync(credential.Provider, apiKey, apiBase, isCallersAddress: false, cancellationToken);
        return new ProviderCredentialTest(
            credential.CredentialId, credential.Provider, outcome.Ok, outcome.StatusCode, outcome.Message, outcome.LatencyMs);
    }
}
