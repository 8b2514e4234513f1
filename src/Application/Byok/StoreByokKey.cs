using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Byok;

/// <summary>Writes down a key that has passed its checks, in the place of the owner's former one for the provider.</summary>
public sealed record StoreByokKey(NewByokKey Key) : IRequest<Result<ByokKeyResponse>>, ITransactional;

internal sealed class StoreByokKeyHandler(IByokKeyRepository keys, IChangeFeed changes) : IRequestHandler<StoreByokKey, Result<ByokKeyResponse>>
{
    public async Task<Result<ByokKeyResponse>> Handle(StoreByokKey command, CancellationToken cancellationToken)
    {
        var organizationId = command.Key.Owner.OrganizationId;
        if (await keys.PutAsync(command.Key, cancellationToken) is not { } stored)
            return OrganizationsErrors.NotFound(organizationId);

        await changes.AnnounceAsync(ChangedThing.Byok, organizationId, cancellationToken);
        return stored;
    }
}
