using FluentValidation;
using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>What an organization's pool holds, and what is allocated to its users.</summary>
/// <param name="Page">Of the allocations.</param>
public sealed record GetOrganizationCredits(Caller Caller, string OrganizationId, PageRequest Page) : IRequest<Result<OrganizationCreditsResponse>>;

internal sealed class GetOrganizationCreditsValidator : AbstractValidator<GetOrganizationCredits>
{
    public GetOrganizationCreditsValidator() => RuleFor(query => query.OrganizationId).ValidId();
}

internal sealed class GetOrganizationCreditsHandler(IOrganizationWalletRepository wallets)
    : IRequestHandler<GetOrganizationCredits, Result<OrganizationCreditsResponse>>
{
    public async Task<Result<OrganizationCreditsResponse>> Handle(GetOrganizationCredits query, CancellationToken cancellationToken)
    {
        if (OrganizationManagement.Refusal(query.Caller, query.OrganizationId) is { } refusal)
            return refusal;

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var pool = await wallets.GetPoolAsync(query.OrganizationId, cancellationToken);
        if (pool is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);

        var allocations = await wallets.ListAllocationsAsync(query.OrganizationId, start.Value, cancellationToken);
        return pool with { Allocations = allocations.Rows, NextCursor = allocations.NextCursor };
    }
}
