using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Teams;

public static class TeamsErrors
{
    public static Error NotFound(string teamId) =>
        new("team_not_found", $"Team '{teamId}' not found.", ErrorKind.NotFound);

    public static Error AlreadyExists(string teamId) =>
        new("team_exists", $"Team '{teamId}' already exists.", ErrorKind.AlreadyExists);

    public static Error NotYourTeam() =>
        new("wrong_team", "This key belongs to another team.", ErrorKind.Forbidden);

    public static Error NotActive(TeamStatus status) =>
        new($"team_{Name(status)}", $"Team is {Name(status)}.", ErrorKind.Forbidden);

    public static Error OrganizationNotActive() =>
        new("organization_suspended", "The team's organization is suspended.", ErrorKind.Forbidden);

    public static Error CannotChange(TeamStatus from, TeamStatus to) =>
        new("team_state", $"A {Name(from)} team cannot become {Name(to)}.", ErrorKind.Conflict);

    public static Error KeyNotFound() =>
        new("key_not_found", "No such key, or it is revoked.", ErrorKind.NotFound);

    public static Error HasRunningJobs() =>
        new("team_has_running_jobs", "The team has running jobs; complete or cancel them first.", ErrorKind.Conflict);

#pragma warning disable CA1308 // Status names are lower case in the contract.
    private static string Name(TeamStatus status) => status.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
