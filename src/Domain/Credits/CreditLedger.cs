using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Credits;

/// <summary>
/// A wallet while its row is locked: decides which transfers an act needs and keeps the columns in step with them.
/// The database guards the same rules by CHECK and unique constraints, so a mistake here cannot overshoot either.
/// </summary>
public sealed class CreditLedger
{
    /// <summary>Most that a wallet can ever have been granted, in credits: what numeric(20,6) holds.</summary>
    public const decimal MaxAllocated = 99_999_999_999_999.999999m;

    private readonly List<Transfer> _transfers = [];

    public CreditLedger(Guid walletId, decimal allocated, decimal used, decimal reserved, bool unlimited)
    {
        WalletId = walletId;
        Allocated = allocated;
        Used = used;
        Reserved = reserved;
        Unlimited = unlimited;
    }

    public Guid WalletId { get; }

    /// <summary>Credits ever granted, less those taken back.</summary>
    public decimal Allocated { get; private set; }

    /// <summary>Credits charged, less refunds.</summary>
    public decimal Used { get; private set; }

    /// <summary>Credits held for running work.</summary>
    public decimal Reserved { get; private set; }

    /// <summary>True: nothing is refused, everything is recorded.</summary>
    public bool Unlimited { get; }

    /// <summary>Credits not yet charged, held ones included.</summary>
    public decimal Remaining => Allocated - Used;

    /// <summary>Credits that new work can take.</summary>
    public decimal Available => Allocated - Used - Reserved;

    /// <summary>The transfers decided since this wallet was loaded, in order.</summary>
    public IReadOnlyList<Transfer> Transfers => _transfers;

    /// <summary>Grants credits; refused where the wallet would pass what its columns can hold.</summary>
    public Result<Transfer> Allocate(decimal amount, string? reason = null, string? idempotencyKey = null)
    {
        RequirePositive(amount);
        if (Allocated + amount > MaxAllocated)
            return CreditsErrors.WalletFull();

        Allocated += amount;
        return Add(Record(TransferKind.Allocation, amount) with { Reason = reason, IdempotencyKey = idempotencyKey });
    }

    public Result<Transfer> Reserve(decimal amount, Guid jobId)
    {
        RequirePositive(amount);
        if (!Unlimited && amount > Available)
            return CreditsErrors.Insufficient(Available, amount);

        Reserved += amount;
        return Add(Record(TransferKind.Reservation, amount) with { JobId = jobId });
    }

    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is held.</exception>
    public Transfer Charge(decimal amount, Guid jobId)
    {
        RequireHeld(amount);
        Reserved -= amount;
        Used += amount;
        return Add(Record(TransferKind.Charge, amount) with { JobId = jobId });
    }

    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is held.</exception>
    public Transfer Release(decimal amount, Guid jobId, string reason)
    {
        RequireHeld(amount);
        Reserved -= amount;
        return Add(Record(TransferKind.Release, amount) with { JobId = jobId, Reason = reason });
    }

    private Transfer Record(TransferKind kind, decimal amount) =>
        new(Guid.CreateVersion7(), WalletId, kind, amount, Available);

    private Transfer Add(Transfer transfer)
    {
        _transfers.Add(transfer);
        return transfer;
    }

    private void RequireHeld(decimal amount)
    {
        RequirePositive(amount);
        if (amount > Reserved)
            throw new InvalidOperationException($"Wallet {WalletId} holds {Reserved} credits, not {amount}.");
    }

    private static void RequirePositive(decimal amount)
    {
        if (amount <= 0)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "A transfer moves more than zero credits.");
    }
}
