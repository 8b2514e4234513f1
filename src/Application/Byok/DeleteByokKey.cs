using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Byok;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Byok;

/// <summary>Deletes a key of the caller's own, or of an organization whose keys the caller keeps; no call uses it any more.</summary>
/// <param name="OrganizationId">An operator names it; for everybody else it is their own.</param>
public sealed record DeleteByokKey(Caller Caller, Guid KeyId, string? OrganizationId) : IRequest<Result<DeletedByokKey>>, ITransactional;

public sealed record DeletedByokKey(Guid Id, bool Deleted = true);

internal sealed class DeleteByokKeyHandler(IByokKeyRepository keys, IChangeFeed changes) : IRequestHandler<DeleteByokKey, Result<DeletedByokKey>>
{
    public async Task<Result<DeletedByokKey>> Handle(DeleteByokKey command, CancellationToken cancellationToken)
    {
        var owner = ByokOwners.Seen(command.Caller, command.OrganizationId);
        if (!owner.IsSuccess)
            return owner.Error;

        var organizationId = owner.Value.OrganizationId;
        if (await keys.GetAsync(command.KeyId, owner.Value, cancellationToken) is not { } key)
            return ByokErrors.NotFound(command.KeyId);
        if (key.UserId is null && !ByokOwners.MayKeep(command.Caller, organizationId))
            return ByokErrors.AdminsOnly();

        await keys.DeleteAsync(command.KeyId, organizationId, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Byok, organizationId, cancellationToken);
        return new DeletedByokKey(command.KeyId);
    }
}
