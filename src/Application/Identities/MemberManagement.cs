using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Who may change who belongs to an organization: operators, its owners, and its admins except where owners are concerned.</summary>
internal static class MemberManagement
{
    /// <summary>Null where the caller may. Whether another organization exists is not theirs to know.</summary>
    public static Error? Refusal(Caller caller, string organizationId)
    {
        if (caller.Manages(organizationId))
            return null;

        return caller.OrganizationId == organizationId ? IdentitiesErrors.ManagersOnly() : OrganizationsErrors.NotFound(organizationId);
    }

    /// <summary>Null where the caller may make or unmake owners.</summary>
    public static Error? OwnerRefusal(Caller caller) =>
        caller.IsOperator || caller.Role == OrganizationRole.Owner ? null : IdentitiesErrors.OwnersOnly();
}
