using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Usage;

/// <summary>What a team's jobs came to, by day and job type; a team may ask for itself.</summary>
public sealed record ListTeamUsage(Caller Caller, string TeamId, string? Period, string? From, string? To) : IRequest<Result<UsageReport>>;

internal sealed class ListTeamUsageHandler(IUsageRepository usage, ITeamDirectory teams, TimeProvider time) : IRequestHandler<ListTeamUsage, Result<UsageReport>>
{
    public async Task<Result<UsageReport>> Handle(ListTeamUsage query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (await teams.FindAsync(query.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(query.TeamId);

        var selection = UsageSelection.OfJobsByDay(period.Value) with { TeamId = query.TeamId };
        return UsageReport.Of(period.Value, selection, usage.ListAsync(selection, cancellationToken));
    }
}
