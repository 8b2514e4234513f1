namespace SaasLlm.Domain.Shared;

/// <summary>Scales of the amounts that this product keeps. Amounts are <see cref="decimal"/> everywhere; the unit is in the name.</summary>
public static class Money
{
    /// <summary>Decimals of a credit amount.</summary>
    public const int CreditDecimals = 6;

    /// <summary>Largest number of credits one request may move: 12 digits before the point.</summary>
    public const decimal MaxCredits = 999_999_999_999.999999m;

    /// <summary>Decimals of a USD amount at rest.</summary>
    public const int UsdDecimals = 10;

    public static bool FitsCredits(decimal amount) =>
        decimal.Abs(amount) <= MaxCredits && decimal.Round(amount, CreditDecimals) == amount;

    /// <summary>Rounds a cost half up, once, at the end of its arithmetic.</summary>
    public static decimal RoundUsd(decimal amountUsd) =>
        decimal.Round(amountUsd, UsdDecimals, MidpointRounding.AwayFromZero);
}
