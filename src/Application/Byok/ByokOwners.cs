using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Byok;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Byok;

/// <summary>Who keeps whose keys: users and services their own; owners, admins, services and operators those of an organization.</summary>
internal static class ByokOwners
{
    /// <summary>Whose keys a caller sees: their own with the organization's; an operator those of the organization that it names.</summary>
    public static Result<ByokOwner> Seen(Caller caller, string? organizationId)
    {
        if (caller.IsOperator)
            return organizationId is null ? Error.Field("organization_id", "is required of an operator.") : new ByokOwner(organizationId, null);

        return organizationId is null || organizationId == caller.OrganizationId
            ? new ByokOwner(caller.OrganizationId!, caller.UserId)
            : ByokErrors.AnotherOrganization();
    }

    /// <summary>Whose a key becomes that a caller adds.</summary>
    /// <param name="scope">Null: the caller's own; an operator's can only be an organization's.</param>
    public static Result<ByokOwner> Added(Caller caller, ByokScope? scope, string? organizationId)
    {
        var seen = Seen(caller, organizationId);
        if (!seen.IsSuccess || caller.IsOperator)
            return seen;
        if (scope != ByokScope.Organization)
            return seen;

        return MayKeep(caller, seen.Value.OrganizationId) ? seen.Value with { UserId = null } : ByokErrors.AdminsOnly();
    }

    /// <summary>Whether the caller decides over the organization's own keys.</summary>
    public static bool MayKeep(Caller caller, string organizationId) =>
        caller.Manages(organizationId) || (caller.Kind == CallerKind.Service && caller.OrganizationId == organizationId);
}

/// <summary>Whom a key serves.</summary>
public enum ByokScope
{
    /// <summary>Its user alone.</summary>
    User,

    /// <summary>All of the organization, where a user has no key of the provider.</summary>
    Organization,
}
