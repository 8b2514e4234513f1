using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Usage;

/// <summary>What a team used; a team may ask for itself.</summary>
public sealed record GetTeamUsage(Caller Caller, string TeamId, string? Period, string? From = null, string? To = null) : IRequest<Result<UsageResponse>>;

internal sealed class GetTeamUsageHandler(IUsageRepository usage, ITeamDirectory teams, TimeProvider time)
    : IRequestHandler<GetTeamUsage, Result<UsageResponse>>
{
    public async Task<Result<UsageResponse>> Handle(GetTeamUsage query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (await teams.FindAsync(query.TeamId, cancellationToken) is not { } team)
            return TeamsErrors.NotFound(query.TeamId);

        var figures = await usage.GetAsync(team.OrganizationId, query.TeamId, period.Value, cancellationToken);
        return figures.ToResponse(query.TeamId, team.OrganizationId, period.Value);
    }
}
