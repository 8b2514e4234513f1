using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Credits;

public static class CreditsErrors
{
    public static Error Insufficient(decimal available, decimal needed) =>
        new("insufficient_credits", $"Insufficient credits. Available: {Plain(available)}, needed: {Plain(needed)}.", ErrorKind.Forbidden);

    public static Error WalletNotFound(string teamId) =>
        new("team_not_found", $"Team '{teamId}' not found.", ErrorKind.NotFound);

    public static Error BelowUse(decimal available) =>
        new("credits_in_use", $"Only {Plain(available)} credits are free to take back.", ErrorKind.Conflict);

    private static string Plain(decimal amount) => (amount / 1.0000000000000000000000000000m).ToString();
}
