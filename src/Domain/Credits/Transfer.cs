namespace SaasLlm.Domain.Credits;

/// <summary>One move of credits, as the ledger will record it.</summary>
/// <param name="TransferId">UUID v7.</param>
/// <param name="WalletId">The wallet that it concerns.</param>
/// <param name="Kind">Decides the debit and the credit account.</param>
/// <param name="Amount">Credits, above zero.</param>
/// <param name="BalanceAfter">What the wallet can spend after it, in credits.</param>
public sealed record Transfer(Guid TransferId, Guid WalletId, TransferKind Kind, decimal Amount, decimal BalanceAfter)
{
    public Guid? JobId { get; init; }

    public Guid? CallId { get; init; }

    public string? Reason { get; init; }

    public string? IdempotencyKey { get; init; }

    public LedgerAccount Debit => Kind switch
    {
        TransferKind.Allocation or TransferKind.Refill => LedgerAccount.Issued,
        TransferKind.Reservation or TransferKind.Adjustment or TransferKind.Expiry or TransferKind.MoveOut => LedgerAccount.Available,
        TransferKind.Charge or TransferKind.Release => LedgerAccount.Held,
        TransferKind.Refund => LedgerAccount.Revenue,
        TransferKind.Writeoff => LedgerAccount.Writeoff,
        TransferKind.MoveIn => LedgerAccount.Transit,
        _ => throw new InvalidOperationException($"No posting rule for {Kind}."),
    };

    public LedgerAccount Credit => Kind switch
    {
        TransferKind.Allocation or TransferKind.Refill or TransferKind.Release or TransferKind.Refund or TransferKind.MoveIn => LedgerAccount.Available,
        TransferKind.Reservation => LedgerAccount.Held,
        TransferKind.Charge or TransferKind.Writeoff => LedgerAccount.Revenue,
        TransferKind.Adjustment => LedgerAccount.Issued,
        TransferKind.Expiry => LedgerAccount.Expired,
        TransferKind.MoveOut => LedgerAccount.Transit,
        _ => throw new InvalidOperationException($"No posting rule for {Kind}."),
    };
}
