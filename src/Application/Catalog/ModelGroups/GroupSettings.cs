using FluentValidation;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>How a group chooses between its models and keeps their answers. Null: as it is; at creation the default.</summary>
/// <param name="RoutingStrategy">How models of one priority share the load.</param>
/// <param name="HedgeAfterMs">0: no hedging.</param>
/// <param name="CacheTtlSeconds">0: as the team says.</param>
public readonly record struct GroupSettings(string? RoutingStrategy, int? HedgeAfterMs, int? CacheTtlSeconds);

internal static class GroupSettingsRules
{
    private const int LongestHedgeMs = 600_000;

    public static void ValidStrategy<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => name is null || RoutingStrategyNames.TryParse(name, out _)).WithMessage(RoutingStrategyNames.Rule + ".");

    public static void ValidHedge<T>(this IRuleBuilder<T, int?> rule) =>
        rule.Must(wait => wait is null or (>= 0 and <= LongestHedgeMs)).WithMessage($"must be 0 (off) to {LongestHedgeMs} ms.");
}
