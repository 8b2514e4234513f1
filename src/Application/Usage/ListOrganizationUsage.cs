using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What the jobs of an organization's teams came to, by day and job type.</summary>
public sealed record ListOrganizationUsage(string OrganizationId, string? Period, string? From, string? To) : IRequest<Result<UsageReport>>;

internal sealed class ListOrganizationUsageHandler(IUsageRepository usage, IOrganizationRepository organizations, TimeProvider time)
    : IRequestHandler<ListOrganizationUsage, Result<UsageReport>>
{
    public async Task<Result<UsageReport>> Handle(ListOrganizationUsage query, CancellationToken cancellationToken)
    {
        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (await organizations.GetAsync(query.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);

        var selection = UsageSelection.OfJobsByDay(period.Value) with { OrganizationId = query.OrganizationId };
        return UsageReport.Of(period.Value, selection, usage.ListAsync(selection, cancellationToken));
    }
}
