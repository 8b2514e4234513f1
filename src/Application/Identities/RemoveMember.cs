using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Removes a user from an organization; their keys for it are refused from then on.</summary>
public sealed record RemoveMember(Caller Caller, string OrganizationId, string UserId) : IRequest<Result<RemovedMember>>, ITransactional;

public sealed record RemovedMember(string OrganizationId, string UserId, bool Removed = true);

internal sealed class RemoveMemberHandler(IMemberRepository members, IOrganizationRepository organizations, IChangeFeed changes)
    : IRequestHandler<RemoveMember, Result<RemovedMember>>
{
    public async Task<Result<RemovedMember>> Handle(RemoveMember command, CancellationToken cancellationToken)
    {
        var (organizationId, userId) = (command.OrganizationId, command.UserId);
        if (OrganizationManagement.Refusal(command.Caller, organizationId) is { } refusal)
            return refusal;
        if (!await organizations.LockAsync(organizationId, cancellationToken))
            return OrganizationsErrors.NotFound(organizationId);
        if (await members.RoleOfAsync(organizationId, userId, cancellationToken) is not { } role)
            return IdentitiesErrors.MemberNotFound(userId);

        if (role == OrganizationRole.Owner)
        {
            if (MemberManagement.OwnerRefusal(command.Caller) is { } ownersOnly)
                return ownersOnly;
            if (!await members.HasOtherOwnerAsync(organizationId, userId, cancellationToken))
                return IdentitiesErrors.LastOwner();
        }

        await members.RemoveAsync(organizationId, userId, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.User, userId, cancellationToken);
        return new RemovedMember(organizationId, userId);
    }
}
