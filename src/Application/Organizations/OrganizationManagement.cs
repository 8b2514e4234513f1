using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Who may decide over an organization's credits and members: operators, its owners and its admins.</summary>
internal static class OrganizationManagement
{
    /// <summary>Null where the caller may. Whether another organization exists is not theirs to know.</summary>
    public static Error? Refusal(Caller caller, string organizationId)
    {
        if (caller.Manages(organizationId))
            return null;

        return caller.OrganizationId == organizationId ? OrganizationsErrors.ManagersOnly() : OrganizationsErrors.NotFound(organizationId);
    }
}
