using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Organizations. A deleted one stays for the history of its teams, but no method gives it.</summary>
public interface IOrganizationRepository
{
    /// <summary>Fails where the id is taken, which that of a deleted organization is not, or there is no such tier.</summary>
    Task<Result<OrganizationResponse>> CreateAsync(CreateOrganization organization, CancellationToken cancellationToken);

    Task<OrganizationResponse?> GetAsync(string organizationId, CancellationToken cancellationToken);

    Task<Page<OrganizationResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Changes what is not null; an empty tier and a limit of 0 remove it. Fails where there is none of that id or no such tier, or with what is wrong with its limits then.</summary>
    Task<Result<OrganizationResponse>> UpdateAsync(UpdateOrganization change, CancellationToken cancellationToken);

    /// <summary>Null where there is none of that id.</summary>
    /// <param name="status"><c>active</c> or <c>suspended</c>.</param>
    Task<OrganizationResponse?> SetStatusAsync(string organizationId, string status, CancellationToken cancellationToken);

    /// <summary>Keeps teams from being created until the transaction ends. False where there is none of that id.</summary>
    Task<bool> LockAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>True while a team that is not deleted belongs to it.</summary>
    Task<bool> HasTeamsAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Deletes it, with its provider credentials, its memberships and its users' keys.</summary>
    Task DeleteAsync(string organizationId, CancellationToken cancellationToken);
}
