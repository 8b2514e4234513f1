using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

public sealed record GetProviderCredential(Guid CredentialId) : IRequest<Result<ProviderCredentialResponse>>;

internal sealed class GetProviderCredentialHandler(IProviderCredentialRepository credentials)
    : IRequestHandler<GetProviderCredential, Result<ProviderCredentialResponse>>
{
    public async Task<Result<ProviderCredentialResponse>> Handle(GetProviderCredential query, CancellationToken cancellationToken) =>
        await credentials.GetAsync(query.CredentialId, cancellationToken) is { } credential
            ? credential
            : ProviderCredentialsErrors.NotFound(query.CredentialId);
}
