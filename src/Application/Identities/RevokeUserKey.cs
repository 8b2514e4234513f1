using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Ends one of the signed-in user's API keys at once.</summary>
public sealed record RevokeUserKey(Caller Caller, Guid KeyId) : IRequest<Result<RevokedUserKey>>, ITransactional;

public sealed record RevokedUserKey(Guid Id, bool Revoked = true);

internal sealed class RevokeUserKeyHandler(IUserKeyRepository keys, IChangeFeed changes) : IRequestHandler<RevokeUserKey, Result<RevokedUserKey>>
{
    public async Task<Result<RevokedUserKey>> Handle(RevokeUserKey command, CancellationToken cancellationToken)
    {
        if (command.Caller.UserId is not { } userId)
            return IdentitiesErrors.SignInRequired();
        if (await keys.RevokeAsync(userId, command.KeyId, cancellationToken) is not { } hash)
            return IdentitiesErrors.KeyNotFound();

        await changes.AnnounceAsync(ChangedThing.UserKey, hash, cancellationToken);
        return new RevokedUserKey(command.KeyId);
    }
}
