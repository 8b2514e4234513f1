using MediatR;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>The caller's models by who pays for them, and by tier.</summary>
public sealed record CategorizeCallerModels(Caller Caller) : IRequest<Result<CategorizedModels>>;

/// <param name="Byok">Those that the caller's own keys serve: their calls cost no credits.</param>
/// <param name="Platform">Those that credits pay for.</param>
/// <param name="ByTier">Platform models by the tiers that they are for; <c>every</c> has those that are for all.</param>
public sealed record CategorizedModels(
    IReadOnlyList<CallerModel> Byok, IReadOnlyList<CallerModel> Platform, IReadOnlyDictionary<string, IReadOnlyList<string>> ByTier);

internal sealed class CategorizeCallerModelsHandler(CallerModels models) : IRequestHandler<CategorizeCallerModels, Result<CategorizedModels>>
{
    public async Task<Result<CategorizedModels>> Handle(CategorizeCallerModels query, CancellationToken cancellationToken)
    {
        var found = await models.ListAsync(query.Caller, cancellationToken);
        if (!found.IsSuccess)
            return found.Error;

        var platform = found.Value.Where(model => model.Source == "platform").ToList();
        var byTier = platform
            .SelectMany(model => (model.Tiers.Count == 0 ? ["every"] : model.Tiers).Select(tier => (Tier: tier, model.Id)))
            .GroupBy(entry => entry.Tier, entry => entry.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group], StringComparer.Ordinal);
        return new CategorizedModels([.. found.Value.Where(model => model.Source == "byok")], platform, byTier);
    }
}
