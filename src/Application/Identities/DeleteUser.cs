using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Removes a user with their memberships, sessions, logins and keys, those that they brought included. What they used stays on record under their id.</summary>
public sealed record DeleteUser(string UserId) : IRequest<Result<DeletedUser>>, ITransactional;

public sealed record DeletedUser(string UserId, bool Deleted = true);

internal sealed class DeleteUserHandler(IUserRepository users, IChangeFeed changes) : IRequestHandler<DeleteUser, Result<DeletedUser>>
{
    public async Task<Result<DeletedUser>> Handle(DeleteUser command, CancellationToken cancellationToken)
    {
        if (await users.DeleteAsync(command.UserId, cancellationToken) is not { } removed)
            return IdentitiesErrors.UserNotFound(command.UserId);

        await changes.AnnounceAsync(ChangedThing.User, command.UserId, cancellationToken);
        foreach (var key in removed.Keys)
            await changes.AnnounceAsync(ChangedThing.UserKey, key, cancellationToken);
        foreach (var session in removed.Sessions)
            await changes.AnnounceAsync(ChangedThing.Session, session, cancellationToken);
        foreach (var login in removed.Logins)
            await changes.AnnounceAsync(ChangedThing.Login, login.Hash, cancellationToken);
        foreach (var organizationId in removed.ByokOrganizations)
            await changes.AnnounceAsync(ChangedThing.Byok, organizationId, cancellationToken);

        return new DeletedUser(command.UserId);
    }
}
