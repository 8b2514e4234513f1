using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Budgets;

/// <summary>Finds whether there is somebody to have a budget.</summary>
public sealed class BudgetOwners(ITeamDirectory teams, IOrganizationRepository organizations)
{
    /// <summary>Null where there is.</summary>
    internal async Task<Error?> MissingAsync(BudgetOwner owner, CancellationToken cancellationToken)
    {
        var known = Identifiers.IsValid(owner.Id);
        return owner.Scope == BudgetOwner.Team
            ? known && await teams.FindAsync(owner.Id, cancellationToken) is not null ? null : TeamsErrors.NotFound(owner.Id)
            : known && await organizations.GetAsync(owner.Id, cancellationToken) is not null ? null : OrganizationsErrors.NotFound(owner.Id);
    }
}
