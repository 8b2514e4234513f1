using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Every key of a team, masked; a team may ask for its own.</summary>
public sealed record ListTeamKeys(Caller Caller, string TeamId) : IRequest<Result<TeamKeyList>>;

internal sealed class ListTeamKeysHandler(ITeamRepository teams) : IRequestHandler<ListTeamKeys, Result<TeamKeyList>>
{
    public async Task<Result<TeamKeyList>> Handle(ListTeamKeys query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        return await teams.GetAsync(query.TeamId, cancellationToken) is null
            ? TeamsErrors.NotFound(query.TeamId)
            : new TeamKeyList(await teams.ListKeysAsync(query.TeamId, cancellationToken));
    }
}
