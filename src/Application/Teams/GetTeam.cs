using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>One team; a team may ask for itself.</summary>
public sealed record GetTeam(Caller Caller, string TeamId) : IRequest<Result<TeamResponse>>;

internal sealed class GetTeamHandler(ITeamRepository teams) : IRequestHandler<GetTeam, Result<TeamResponse>>
{
    public async Task<Result<TeamResponse>> Handle(GetTeam query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var team = await teams.GetAsync(query.TeamId, cancellationToken);
        return team is null ? TeamsErrors.NotFound(query.TeamId) : team;
    }
}
