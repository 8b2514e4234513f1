using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

public sealed record DeleteProviderCredential(Guid CredentialId) : IRequest<Result<DeletedProviderCredential>>, ITransactional;

public sealed record DeletedProviderCredential(Guid CredentialId, bool Deleted = true);

internal sealed class DeleteProviderCredentialHandler(IProviderCredentialRepository credentials, IChangeFeed changes)
    : IRequestHandler<DeleteProviderCredential, Result<DeletedProviderCredential>>
{
    public async Task<Result<DeletedProviderCredential>> Handle(DeleteProviderCredential command, CancellationToken cancellationToken)
    {
        if (!await credentials.DeleteAsync(command.CredentialId, cancellationToken))
            return ProviderCredentialsErrors.NotFound(command.CredentialId);

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedProviderCredential(command.CredentialId);
    }
}
