namespace SaasLlm.Domain.Pricing;

/// <summary>The names that the contract and the database give the formulas.</summary>
public static class PricingKind
{
    public const string Flat = "flat";
    public const string Tiered = "tiered";
    public const string Markup = "markup";

    public static string Of(PriceFormula formula) => formula switch
    {
        FlatPrice => Flat,
        TieredPrice => Tiered,
        MarkupPrice => Markup,
        _ => throw new ArgumentOutOfRangeException(nameof(formula)),
    };
}
