using SaasLlm.Application.Identities;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;

namespace SaasLlm.Application.Ports;

/// <summary>Who belongs to an organization. Changes come under <see cref="IOrganizationRepository.LockAsync"/>, so that two owners cannot remove each other.</summary>
public interface IMemberRepository
{
    /// <summary>By user id.</summary>
    Task<Page<MemberResponse>> ListAsync(string organizationId, PageStart start, CancellationToken cancellationToken);

    /// <summary>Null where the user is not a member.</summary>
    Task<OrganizationRole?> RoleOfAsync(string organizationId, string userId, CancellationToken cancellationToken);

    /// <summary>True while somebody else is an owner.</summary>
    Task<bool> HasOtherOwnerAsync(string organizationId, string userId, CancellationToken cancellationToken);

    /// <summary>False where the user is a member already.</summary>
    Task<bool> AddAsync(string organizationId, string userId, OrganizationRole role, CancellationToken cancellationToken);

    Task SetRoleAsync(string organizationId, string userId, OrganizationRole role, CancellationToken cancellationToken);

    Task RemoveAsync(string organizationId, string userId, CancellationToken cancellationToken);

    Task<MemberResponse> GetAsync(string organizationId, string userId, CancellationToken cancellationToken);
}
