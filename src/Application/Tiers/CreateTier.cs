using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Tiers;

/// <summary>Creates a tier: what organizations can subscribe to on the LLM API.</summary>
public sealed record CreateTier(
    string? TierName,
    int? Rank,
    int? DailyCalls = null,
    int? MonthlyCalls = null,
    int? TrialCalls = null,
    int? TrialDays = null,
    decimal? MarkupPercent = null,
    decimal? CreditsPerMonth = null,
    string? DefaultModel = null)
    : IRequest<Result<TierResponse>>, ITransactional, ITierFields;

internal sealed class CreateTierValidator : AbstractValidator<CreateTier>
{
    public CreateTierValidator()
    {
        RuleFor(command => command.TierName).ValidId();
        RuleFor(command => command.Rank).NotNull().WithMessage("is required.");
        RuleFor(command => command.TrialDays)
            .Must((command, days) => days is null == command.TrialCalls is null)
            .WithMessage("goes with trial_calls: both or neither.");
        this.ValidTerms(zeroRemoves: false);
    }
}

internal sealed class CreateTierHandler(ITierRepository tiers, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<CreateTier, Result<TierResponse>>
{
    public async Task<Result<TierResponse>> Handle(CreateTier command, CancellationToken cancellationToken)
    {
        if (command.DefaultModel is { Length: > 0 } model && await models.UnknownAsync([model], cancellationToken) is { Count: > 0 } unknown)
            return CatalogErrors.UnknownModels("default_model", unknown);

        var created = await tiers.CreateAsync(command, cancellationToken);
        if (created is null)
            return TiersErrors.AlreadyExists(command.TierName!);

        await changes.AnnounceAsync(ChangedThing.Tier, created.TierName, cancellationToken);
        return created;
    }
}
