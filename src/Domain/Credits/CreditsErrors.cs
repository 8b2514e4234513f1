using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Credits;

public static class CreditsErrors
{
    public static Error Insufficient(decimal available, decimal needed) =>
        new("insufficient_credits", $"Insufficient credits. Available: {Plain(available)}, needed: {Plain(needed)}.", ErrorKind.Forbidden);

    /// <summary>The wallet cannot pay for a metered call.</summary>
    public static Error CannotPay(decimal balance, decimal estimate) =>
        new("insufficient_credits", $"Insufficient credits. Balance: {Shown(balance)}, Estimated cost: {Shown(estimate)}", ErrorKind.PaymentRequired);

    /// <summary>The pool of the organization cannot pay for a metered call.</summary>
    public static Error PoolCannotPay(decimal available, decimal needed) =>
        new("insufficient_credits", $"Insufficient organization credits. Available: {Shown(available)}, needed: {Shown(needed)}", ErrorKind.PaymentRequired);

    public static Error NotMovable(decimal available, decimal asked) =>
        new("insufficient_credits", $"Only {Plain(available)} credits are free to be moved, not {Plain(asked)}.", ErrorKind.Conflict);

    public static Error AllocationInUse(decimal used, decimal held, decimal asked) =>
        new(
            "allocation_in_use",
            $"{Plain(used)} credits of the allocation are used and {Plain(held)} are held by running calls; it cannot be set to {Plain(asked)}.",
            ErrorKind.Conflict);

    public static Error AllocationNotFound(string userId) =>
        new("allocation_not_found", $"User '{userId}' has no allocation.", ErrorKind.NotFound);

    public static Error WalletNotFound(string teamId) =>
        new("team_not_found", $"Team '{teamId}' not found.", ErrorKind.NotFound);

    /// <summary>The wallet owes more than its grace, or than nothing, would allow.</summary>
    public static Error Overdrawn(decimal missing) =>
        new("wallet_overdrawn", $"The wallet would be {Plain(missing)} credits below what it may owe; add credits first.", ErrorKind.Conflict);

    public static Error WalletFull() =>
        new("wallet_full", "The wallet cannot hold that many credits in all.", ErrorKind.Conflict);

    private static string Shown(decimal amount) => amount.ToString("0.000###", System.Globalization.CultureInfo.InvariantCulture);

    private static string Plain(decimal amount) => (amount / 1.0000000000000000000000000000m).ToString();
}
