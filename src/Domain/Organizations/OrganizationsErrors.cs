using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Organizations;

public static class OrganizationsErrors
{
    public static Error NotFound(string organizationId) =>
        new("organization_not_found", $"Organization '{organizationId}' not found.", ErrorKind.NotFound);

    public static Error AlreadyExists(string organizationId) =>
        new("organization_exists", $"Organization '{organizationId}' already exists.", ErrorKind.AlreadyExists);

    public static Error ManagersOnly() =>
        new("organization_admin_required", "Only an owner or admin of the organization, or an operator, may do this.", ErrorKind.Forbidden);

    public static Error UnknownTier(string tier) =>
        Error.Field("tier", $"tier '{tier}' does not exist; create it first.");

    public static Error HasTeams() =>
        new("organization_has_teams", "The organization still has teams; delete them first.", ErrorKind.Conflict);
}
