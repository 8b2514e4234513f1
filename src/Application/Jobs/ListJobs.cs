using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Jobs;

/// <summary>A team's jobs, newest first.</summary>
public sealed record ListJobs(
    Caller Caller, string TeamId, string? Status, string? JobType, string? UserId, DateTimeOffset? From, DateTimeOffset? To, PageRequest Page)
    : IRequest<Result<JobList>>, IJobFilterFields;

internal sealed class ListJobsValidator : AbstractValidator<ListJobs>
{
    public ListJobsValidator()
    {
        this.ValidJobFilter();
    }
}

internal sealed class ListJobsHandler(IJobRepository jobs, ITeamDirectory teams) : IRequestHandler<ListJobs, Result<JobList>>
{
    public async Task<Result<JobList>> Handle(ListJobs query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");
        if (await teams.FindAsync(query.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(query.TeamId);

        var page = await jobs.ListAsync(query.ToFilter(), start.Value, cancellationToken);
        return new JobList(page.Rows, page.NextCursor);
    }
}
