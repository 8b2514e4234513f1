using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>What of an organization's membership is not its admins' to change.</summary>
internal static class MemberManagement
{
    /// <summary>Null where the caller may make or unmake owners.</summary>
    public static Error? OwnerRefusal(Caller caller) =>
        caller.IsOperator || caller.Role == OrganizationRole.Owner ? null : IdentitiesErrors.OwnersOnly();
}
