using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Teams;

/// <summary>A customer's unit of access: it has keys, credits, limits and granted models.</summary>
public sealed class Team
{
    public Team(string teamId, string organizationId, TeamStatus status)
    {
        if (!Identifiers.IsValid(teamId))
            throw new ArgumentException($"A team id {Identifiers.Rule}.", nameof(teamId));

        TeamId = teamId;
        OrganizationId = organizationId;
        Status = status;
    }

    public string TeamId { get; }

    public string OrganizationId { get; }

    public TeamStatus Status { get; private set; }

    /// <summary>Moves between active, suspended and paused; asking for the state it is in changes nothing.</summary>
    public Result<Nothing> ChangeStatus(TeamStatus to)
    {
        if (Status == TeamStatus.Deleted || to == TeamStatus.Deleted)
            return TeamsErrors.CannotChange(Status, to);

        // An operator who pauses a suspended team would lift the harder stop without noticing.
        if (Status == TeamStatus.Suspended && to == TeamStatus.Paused)
            return TeamsErrors.CannotChange(Status, to);

        Status = to;
        return default(Nothing);
    }
}
