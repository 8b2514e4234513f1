namespace SaasLlm.Domain.Budgets;

/// <summary>Whose spending is watched: a team's, or that of all teams and users of an organization together.</summary>
/// <param name="Scope"><see cref="Team"/> or <see cref="Organization"/>.</param>
public readonly record struct BudgetOwner(string Scope, string Id)
{
    public const string Team = "team";
    public const string Organization = "organization";

    public static BudgetOwner OfTeam(string teamId) => new(Team, teamId);

    public static BudgetOwner OfOrganization(string organizationId) => new(Organization, organizationId);
}
