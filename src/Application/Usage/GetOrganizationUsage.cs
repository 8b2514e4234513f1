using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What all teams of an organization used.</summary>
public sealed record GetOrganizationUsage(string OrganizationId, string? Period, string? From = null, string? To = null) : IRequest<Result<UsageResponse>>;

internal sealed class GetOrganizationUsageHandler(IUsageRepository usage, IOrganizationRepository organizations, TimeProvider time)
    : IRequestHandler<GetOrganizationUsage, Result<UsageResponse>>
{
    public async Task<Result<UsageResponse>> Handle(GetOrganizationUsage query, CancellationToken cancellationToken)
    {
        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (await organizations.GetAsync(query.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);

        var figures = await usage.GetAsync(query.OrganizationId, null, period.Value, cancellationToken);
        return figures.ToResponse(null, query.OrganizationId, period.Value);
    }
}
