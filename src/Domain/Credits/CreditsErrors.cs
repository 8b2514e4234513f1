using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Credits;

public static class CreditsErrors
{
    public static Error Insufficient(decimal available, decimal needed) =>
        new("insufficient_credits", $"Insufficient credits. Available: {Plain(available)}, needed: {Plain(needed)}.", ErrorKind.Forbidden);

    public static Error WalletNotFound(string teamId) =>
        new("team_not_found", $"Team '{teamId}' not found.", ErrorKind.NotFound);

    public static Error WalletFull() =>
        new("wallet_full", "The wallet cannot hold that many credits in all.", ErrorKind.Conflict);

    private static string Plain(decimal amount) => (amount / 1.0000000000000000000000000000m).ToString();
}
