using System.Globalization;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Import;

/// <summary>LiteLLM's prices are per token and often written as powers of ten: <c>1.5e-07</c>.</summary>
internal static class LiteLlmPrice
{
    /// <summary>The same per million tokens, exactly; null where it is no price, or cannot be kept exactly.</summary>
    public static decimal? PerMillion(string perToken)
    {
        const int digits = 6;
        if (!decimal.TryParse(perToken, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return null;

        // The exponent is raised before the number is read: a decimal would round what is very small, in the end to a price of nothing.
        var at = perToken.AsSpan().IndexOfAny('e', 'E');
        var mantissa = at < 0 ? perToken : perToken[..at];
        var exponent = 0;
        if (at >= 0 && !int.TryParse(perToken.AsSpan(at + 1), NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out exponent))
            return null;

        var text = string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(long)exponent + digits}");
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var price) || price < 0)
            return null;

        var isNothing = !mantissa.AsSpan().ContainsAnyInRange('1', '9');
        return decimal.Round(price, Money.UsdDecimals) == price && (price != 0 || isNothing) ? price : null;
    }
}
