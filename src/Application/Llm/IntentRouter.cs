using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>
/// Which model serves a request that names none. First those are left out that cannot serve it (privacy, abilities, context
/// window); of the others, those tagged with the task are preferred; of these the power level decides.
/// </summary>
public static class IntentRouter
{
    /// <summary>Models that are tried when the chosen one fails.</summary>
    private const int MostFallbacks = 2;

    /// <param name="models">What the caller may use: active, priced chat models.</param>
    /// <returns>The chosen model and its fallbacks, or why none can serve.</returns>
    public static Result<RouteTargets> Choose(IEnumerable<CatalogModel> models, in RouteWish wish)
    {
        ArgumentNullException.ThrowIfNull(models);
        var (intent, estimate, defaultModel) = wish;
        var all = models.ToList();
        if (all.Count == 0)
            return MeteringErrors.NoModels();

        var fitting = all.FindAll(model => !intent.PrivacyRequired || model.Local);
        if (fitting.Count == 0)
            return MeteringErrors.NotLocal();

        fitting = fitting.FindAll(model => (model.Abilities & intent.Needs) == intent.Needs);
        if (fitting.Count == 0)
            return intent.PrivacyRequired ? MeteringErrors.NotLocal() : MeteringErrors.NothingFits();

        var largest = fitting.Max(model => model.ContextWindow ?? int.MaxValue);
        fitting = fitting.FindAll(model => (model.ContextWindow ?? int.MaxValue) >= estimate.PromptTokens);
        if (fitting.Count == 0)
            return MeteringErrors.TooLong(estimate.PromptTokens, largest);

        if (intent.TaskType is { } task && fitting.Exists(model => model.TaskTypes.Contains(task)))
            fitting = fitting.FindAll(model => model.TaskTypes.Contains(task));

        return RouteTargets.InOrder(Order(fitting, estimate, intent.Power ?? PowerLevel.Balanced, defaultModel).Take(1 + MostFallbacks).ToArray());
    }

    private static IEnumerable<CatalogModel> Order(List<CatalogModel> models, TokenUsage estimate, PowerLevel power, string? defaultModel)
    {
        var cheapestFirst = models
            .OrderBy(model => model.Prices!.ExactCostUsd(estimate))
            .ThenBy(model => model.Alias, StringComparer.Ordinal)
            .ToList();
        switch (power)
        {
            case PowerLevel.Eco:
                return cheapestFirst;

            case PowerLevel.Precision:
                // Nothing tells capability better than what providers ask for it, once reasoning is told apart.
                return cheapestFirst.AsEnumerable().Reverse().OrderByDescending(model => model.Capabilities.Contains("reasoning"));

            default:
                // The default's fallbacks, and without a default the choice itself, are those of a middling price.
                var middle = (cheapestFirst.Count - 1) / 2;
                return cheapestFirst
                    .Select((model, rank) => (Model: model, Distance: Math.Abs(rank - middle)))
                    .OrderByDescending(candidate => candidate.Model.Alias == defaultModel)
                    .ThenBy(candidate => candidate.Distance)
                    .Select(candidate => candidate.Model);
        }
    }
}

/// <param name="Intent">What the request wants.</param>
/// <param name="Estimate">About how many tokens it will take.</param>
/// <param name="DefaultModel">What balanced calls of the caller's tier are served by; null: nothing in particular.</param>
public readonly record struct RouteWish(CallIntent Intent, TokenUsage Estimate, string? DefaultModel);
