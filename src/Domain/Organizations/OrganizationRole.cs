namespace SaasLlm.Domain.Organizations;

/// <summary>What a user may do in an organization; each may do what those below it may.</summary>
public enum OrganizationRole
{
    /// <summary>Calls models and sees their own usage.</summary>
    Member,

    /// <summary>Allocates credits, keeps the organization's keys and its members.</summary>
    Admin,

    /// <summary>Makes owners and admins.</summary>
    Owner,
}
