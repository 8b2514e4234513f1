using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tiers;

/// <summary>Changes what is given; what is absent stays. It counts from the next call of every organization in the tier.</summary>
public sealed record UpdateTier(
    int? Rank = null,
    int? DailyCalls = null,
    int? MonthlyCalls = null,
    int? TrialCalls = null,
    int? TrialDays = null,
    decimal? MarkupPercent = null,
    decimal? CreditsPerMonth = null,
    string? DefaultModel = null)
    : IRequest<Result<TierResponse>>, ITransactional, ITierFields
{
    [JsonIgnore]
    public string TierName { get; init; } = string.Empty;
}

internal sealed class UpdateTierValidator : AbstractValidator<UpdateTier>
{
    public UpdateTierValidator()
    {
        RuleFor(command => command.TierName).ValidId();
        this.ValidTerms(zeroRemoves: true);
    }
}

internal sealed class UpdateTierHandler(ITierRepository tiers, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<UpdateTier, Result<TierResponse>>
{
    public async Task<Result<TierResponse>> Handle(UpdateTier command, CancellationToken cancellationToken)
    {
        if (command.DefaultModel is { Length: > 0 } model && await models.UnknownAsync([model], cancellationToken) is { Count: > 0 } unknown)
            return CatalogErrors.UnknownModels("default_model", unknown);

        var updated = await tiers.UpdateAsync(command, cancellationToken);
        if (!updated.IsSuccess)
            return updated.Error;

        await changes.AnnounceAsync(ChangedThing.Tier, command.TierName, cancellationToken);
        return updated;
    }
}
