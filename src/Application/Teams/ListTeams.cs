using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Teams;

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
