using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What all teams of an organization used.</summary>
public sealed record GetOrganizationUsage(string OrganizationId, string? Period) : IRequest<Result<UsageResponse>>;

internal sealed class GetOrganizationUsageHandler(IUsageRepository usage, IOrganizationRepository organizations, TimeProvider time)
    : IRequestHandler<GetOrganizationUsage, Result<UsageResponse>>
{
    public async Task<Result<UsageResponse>> Handle(GetOrganizationUsage query, CancellationToken cancellationToken)
    {
        var period = UsagePeriod.Parse(query.Period, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (await organizations.GetAsync(query.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);

        var figures = await usage.GetAsync(null, query.OrganizationId, period.Value.From, period.Value.To, cancellationToken);
        return figures.ToResponse(null, query.OrganizationId, period.Value);
    }
}
