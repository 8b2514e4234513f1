using MediatR;
using SaasLlm.Application.Events;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Suspends, pauses or resumes a team. Calls that are running end as they are; no new one begins on any node within a second.</summary>
public sealed record ChangeTeamStatus(string TeamId, TeamStatus Status) : IRequest<Result<TeamResponse>>, ITransactional;

internal sealed class ChangeTeamStatusHandler(ITeamRepository teams, IChangeFeed changes, IEventOutbox outbox)
    : IRequestHandler<ChangeTeamStatus, Result<TeamResponse>>
{
    public async Task<Result<TeamResponse>> Handle(ChangeTeamStatus command, CancellationToken cancellationToken)
    {
        var team = await teams.LockAsync(command.TeamId, cancellationToken);
        if (team is null)
            return TeamsErrors.NotFound(command.TeamId);
        var before = team.Status;
        if (team.ChangeStatus(command.Status).Error is { } refused)
            return refused;

        await teams.SaveStatusAsync(team, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Team, team.TeamId, cancellationToken);
        if (team.Status != before)
            await outbox.AppendAsync(TeamEvents.StatusChanged(team), cancellationToken);

        return (await teams.GetAsync(team.TeamId, cancellationToken))!;
    }
}
