using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>The jobs of all teams, or of an organization's, newest first; the operator's.</summary>
public sealed record ListAllJobs(
    string? OrganizationId, string? Status, string? JobType, string? UserId, DateTimeOffset? From, DateTimeOffset? To, PageRequest Page)
    : IRequest<Result<JobList>>, IJobFilterFields;

internal sealed class ListAllJobsValidator : AbstractValidator<ListAllJobs>
{
    public ListAllJobsValidator()
    {
        RuleFor(query => query.OrganizationId).ValidId().When(query => query.OrganizationId is not null);
        this.ValidJobFilter();
    }
}

internal sealed class ListAllJobsHandler(IJobRepository jobs, IOrganizationRepository organizations) : IRequestHandler<ListAllJobs, Result<JobList>>
{
    public async Task<Result<JobList>> Handle(ListAllJobs query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");
        if (query.OrganizationId is { } organizationId && await organizations.GetAsync(organizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(organizationId);

        var page = await jobs.ListAsync(query.ToFilter(), start.Value, cancellationToken);
        return new JobList(page.Rows, page.NextCursor);
    }
}
