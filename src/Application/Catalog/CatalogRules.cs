using FluentValidation;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog;

/// <summary>Validation rules that models, groups and credentials share.</summary>
internal static class CatalogRules
{
    /// <summary>Most models that one request may name.</summary>
    public const int MaxModels = 200;

    private const int MaxNames = 50;
    private const decimal MaxPriceUsd = 1_000_000m;

    public static IRuleBuilderOptions<T, string?> ProviderName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(Providers.IsValidName).WithMessage(Providers.NameRule + ".");

    public static IRuleBuilderOptions<T, decimal?> Price<T>(this IRuleBuilder<T, decimal?> rule) =>
        rule.Must(price => price is null || (price is >= 0 and <= MaxPriceUsd && decimal.Round(price.Value, Money.UsdDecimals) == price))
            .WithMessage("must be 0 to 1000000 USD, with at most 10 decimals.");

    public static IRuleBuilderOptions<T, int?> TokenCount<T>(this IRuleBuilder<T, int?> rule) =>
        rule.Must(tokens => tokens is null or > 0).WithMessage("must be above zero.");

    /// <summary>Optional short names (tiers, capabilities), each at most once.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> Names<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) =>
        rule.Must(names => names is null || (names.Count <= MaxNames && names.All(Identifiers.IsValid)))
            .WithMessage($"must be at most {MaxNames} names of letters, digits or any of . _ : @ -.")
            .OnlyOnce();

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> ModelAliases<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) =>
        rule.Must(aliases => aliases is null || (aliases.Count <= MaxModels && aliases.All(Identifiers.IsValid)))
            .WithMessage($"must be at most {MaxModels} model aliases; each {Identifiers.Rule}.")
            .OnlyOnce();

    private static IRuleBuilderOptions<T, IReadOnlyList<string>?> OnlyOnce<T>(this IRuleBuilderOptions<T, IReadOnlyList<string>?> rule) =>
        rule.Must(names => names is null || Repeated(names) is null)
            .WithMessage((_, names) => $"names '{Repeated(names!)}' more than once.");

    /// <summary>The first name that appears a second time.</summary>
    public static string? Repeated(IEnumerable<string?> names)
    {
        var seen = new HashSet<string?>(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !seen.Add(name));
    }
}
