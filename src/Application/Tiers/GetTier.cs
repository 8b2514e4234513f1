using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Tiers;

public sealed record GetTier(string TierName) : IRequest<Result<TierResponse>>;

internal sealed class GetTierValidator : AbstractValidator<GetTier>
{
    public GetTierValidator() => RuleFor(query => query.TierName).ValidId();
}

internal sealed class GetTierHandler(ITierRepository tiers) : IRequestHandler<GetTier, Result<TierResponse>>
{
    public async Task<Result<TierResponse>> Handle(GetTier query, CancellationToken cancellationToken) =>
        await tiers.GetAsync(query.TierName, cancellationToken) is { } tier ? tier : TiersErrors.NotFound(query.TierName);
}
