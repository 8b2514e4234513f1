using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Jobs;

/// <summary>All of a team's jobs that a filter lets through, newest first.</summary>
public sealed record ExportJobs(Caller Caller, string TeamId, string? Status, string? JobType, string? UserId, DateTimeOffset? From, DateTimeOffset? To)
    : IRequest<Result<JobExport>>, IJobFilterFields;

/// <param name="Jobs">Read while it is written out.</param>
public sealed record JobExport(IAsyncEnumerable<JobResponse> Jobs);

internal sealed class ExportJobsValidator : AbstractValidator<ExportJobs>
{
    public ExportJobsValidator()
    {
        this.ValidJobFilter();
    }
}

internal sealed class ExportJobsHandler(IJobRepository jobs, ITeamDirectory teams) : IRequestHandler<ExportJobs, Result<JobExport>>
{
    public async Task<Result<JobExport>> Handle(ExportJobs query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();
        if (await teams.FindAsync(query.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(query.TeamId);

        return new JobExport(jobs.StreamAsync(query.ToFilter(), cancellationToken));
    }
}
