using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Takes a team away: its keys stop working, its jobs and its ledger stay for the books, its id is not given out again.</summary>
public sealed record DeleteTeam(string TeamId) : IRequest<Result<DeletedTeam>>, ITransactional;

public sealed record DeletedTeam(string TeamId, bool Deleted = true);

internal sealed class DeleteTeamHandler(ITeamRepository teams, IChangeFeed changes) : IRequestHandler<DeleteTeam, Result<DeletedTeam>>
{
    public async Task<Result<DeletedTeam>> Handle(DeleteTeam command, CancellationToken cancellationToken)
    {
        if (await teams.LockAsync(command.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(command.TeamId);
        if (await teams.DeleteAsync(command.TeamId, cancellationToken) is not { } revoked)
            return TeamsErrors.HasRunningJobs();

        foreach (var hash in revoked)
            await changes.AnnounceAsync(ChangedThing.Key, hash, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Team, command.TeamId, cancellationToken);
        return new DeletedTeam(command.TeamId);
    }
}
