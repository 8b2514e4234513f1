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

/// <summary>Teams by id, optionally of one organization.</summary>
public sealed record ListTeams(string? OrganizationId, PageRequest Page) : IRequest<Result<TeamList>>;

internal sealed class ListTeamsHandler(ITeamRepository teams) : IRequestHandler<ListTeams, Result<TeamList>>
{
    public async Task<Result<TeamList>> Handle(ListTeams query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await teams.ListAsync(query.OrganizationId, start.Value, cancellationToken);
        return new TeamList(page.Rows, page.NextCursor);
    }
}
