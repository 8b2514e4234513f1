using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>
/// Takes in a user whom the identity provider vouches for: finds or makes them, and makes them a member of the organizations
/// that it names. Safe to repeat and to do on several nodes at once.
/// </summary>
public sealed record AdoptLogin(ExternalIdentity Identity) : IRequest<Result<AdoptedUser>>, ITransactional;

public sealed record AdoptedUser(string UserId);

internal sealed class AdoptLoginHandler(IUserRepository users, IMemberRepository members, IChangeFeed changes) : IRequestHandler<AdoptLogin, Result<AdoptedUser>>
{
    public async Task<Result<AdoptedUser>> Handle(AdoptLogin command, CancellationToken cancellationToken)
    {
        var identity = command.Identity;
        var userId = await users.AdoptAsync(identity, UserIds.Create(), cancellationToken);
        foreach (var organizationId in identity.Organizations)
            await members.AddAsync(organizationId, userId, Domain.Organizations.OrganizationRole.Member, cancellationToken);

        await changes.AnnounceAsync(ChangedThing.Login, identity.Login.Hash, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.User, userId, cancellationToken);
        return new AdoptedUser(userId);
    }
}
