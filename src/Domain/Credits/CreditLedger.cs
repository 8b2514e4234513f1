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

    /// <param name="grace">How far below zero it may go, in credits; 0 or more.</param>
    public CreditLedger(Guid walletId, decimal allocated, decimal used, decimal reserved, bool unlimited, decimal grace = 0)
    {
        WalletId = walletId;
        Allocated = allocated;
        Used = used;
        Reserved = reserved;
        Unlimited = unlimited;
        Grace = grace;
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

    /// <summary>How far below zero it may go, in credits.</summary>
    public decimal Grace { get; }

    /// <summary>Credits not yet charged, held ones included.</summary>
    public decimal Remaining => Allocated - Used;

    /// <summary>Credits that nothing holds; below zero where the wallet lives on its grace.</summary>
    public decimal Available => Allocated - Used - Reserved;

    /// <summary>Credits that new work can take.</summary>
    public decimal Spendable => Available + Grace;

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

    /// <summary>Grants a period's credits; refused where the wallet would pass what its columns can hold.</summary>
    public Result<Transfer> Refill(decimal amount, string reason)
    {
        RequirePositive(amount);
        if (Allocated + amount > MaxAllocated)
            return CreditsErrors.WalletFull();

        Allocated += amount;
        return Add(Record(TransferKind.Refill, amount) with { Reason = reason });
    }

    /// <summary>Ends credits that their period has outlived.</summary>
    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is available.</exception>
    public Transfer Expire(decimal amount, string reason)
    {
        RequireAvailable(amount);
        Allocated -= amount;
        return Add(Record(TransferKind.Expiry, amount) with { Reason = reason });
    }

    /// <summary>Takes granted credits back.</summary>
    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is available.</exception>
    public Transfer TakeBack(decimal amount, string reason)
    {
        RequireAvailable(amount);
        Allocated -= amount;
        return Add(Record(TransferKind.Adjustment, amount) with { Reason = reason });
    }

    /// <summary>The part of an amount that is there to be taken, in credits.</summary>
    public decimal Coverable(decimal amount) => Unlimited ? amount : Math.Clamp(Spendable, 0, amount);

    /// <param name="callId">The call for which a job takes more; null: its creation.</param>
    public Result<Transfer> Reserve(decimal amount, Guid jobId, Guid? callId = null)
    {
        RequirePositive(amount);
        if (!Unlimited && amount > Spendable)
            return CreditsErrors.Insufficient(Spendable, amount);

        Reserved += amount;
        return Add(Record(TransferKind.Reservation, amount) with { JobId = jobId, CallId = callId });
    }

    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is held.</exception>
    public Transfer Charge(decimal amount, Guid jobId)
    {
        RequireHeld(amount);
        Reserved -= amount;
        Used += amount;
        return Add(Record(TransferKind.Charge, amount) with { JobId = jobId });
    }

    /// <param name="callId">The call that used less than was held for it; null: the job's end.</param>
    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> is held.</exception>
    public Transfer Release(decimal amount, Guid jobId, string reason, Guid? callId = null)
    {
        RequireHeld(amount);
        Reserved -= amount;
        return Add(Record(TransferKind.Release, amount) with { JobId = jobId, CallId = callId, Reason = reason });
    }

    /// <summary>Puts on record what a job cost beyond what the wallet had: the operator bears it.</summary>
    public Transfer WriteOff(decimal amount, Guid jobId)
    {
        RequirePositive(amount);
        return Add(Record(TransferKind.Writeoff, amount) with { JobId = jobId });
    }

    /// <summary>Gives a job's charge back.</summary>
    /// <exception cref="InvalidOperationException">Less than <paramref name="amount"/> was ever charged.</exception>
    public Transfer Refund(decimal amount, Guid jobId, string? reason)
    {
        RequirePositive(amount);
        if (amount > Used)
            throw new InvalidOperationException($"Wallet {WalletId} was charged {Used} credits, not {amount}.");

        Used -= amount;
        return Add(Record(TransferKind.Refund, amount) with { JobId = jobId, Reason = reason });
    }

    /// <summary>Holds credits for a call.</summary>
    public Result<Transfer> Hold(decimal amount, Guid callId)
    {
        RequirePositive(amount);
        if (!Unlimited && amount > Spendable)
            return CreditsErrors.CannotPay(Spendable, amount);

        Reserved += amount;
        return Add(Record(TransferKind.Reservation, amount) with { CallId = callId });
    }

    /// <summary>
    /// Charges what a call cost and gives back what it held beyond that. A call that cost more than it held takes the rest
    /// from what is available; what that does not cover the operator bears.
    /// </summary>
    /// <param name="held">What the call holds, in credits, 0 or more.</param>
    /// <param name="cost">What it cost, in credits, 0 or more.</param>
    /// <returns>The part of the cost that no credit was there for.</returns>
    /// <exception cref="InvalidOperationException">Less than <paramref name="held"/> is held.</exception>
    public decimal SettleCall(Guid callId, decimal held, decimal cost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(held);
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        var missing = cost - held;
        if (missing > 0)
        {
            var more = Coverable(missing);
            if (more > 0)
            {
                Reserved += more;
                Add(Record(TransferKind.Reservation, more) with { CallId = callId, Reason = "beyond the hold" });
                held += more;
                missing -= more;
            }
        }

        var charged = Math.Min(cost, held);
        if (charged > 0)
        {
            RequireHeld(charged);
            Reserved -= charged;
            Used += charged;
            Add(Record(TransferKind.Charge, charged) with { CallId = callId });
        }

        if (held > charged)
        {
            RequireHeld(held - charged);
            Reserved -= held - charged;
            Add(Record(TransferKind.Release, held - charged) with { CallId = callId });
        }

        if (missing <= 0)
            return 0;

        Add(Record(TransferKind.Writeoff, missing) with { CallId = callId });
        return missing;
    }

    /// <summary>Moves credits to another wallet of the organization; its <see cref="MoveIn"/> belongs to the same transaction.</summary>
    public Result<Transfer> MoveOut(decimal amount, string reason)
    {
        RequirePositive(amount);
        if (amount > Available)
            return CreditsErrors.NotMovable(Available, amount);

        Allocated -= amount;
        return Add(Record(TransferKind.MoveOut, amount) with { Reason = reason });
    }

    /// <summary>Takes what another wallet of the organization has moved out; refused where this one would pass what its columns can hold.</summary>
    public Result<Transfer> MoveIn(decimal amount, string reason)
    {
        RequirePositive(amount);
        if (Allocated + amount > MaxAllocated)
            return CreditsErrors.WalletFull();

        Allocated += amount;
        return Add(Record(TransferKind.MoveIn, amount) with { Reason = reason });
    }

    /// <summary>
    /// Sets what this wallet is allocated in all, used and held credits included: the difference comes from the pool or goes back
    /// to it. Zero takes back whatever is neither used nor held.
    /// </summary>
    /// <param name="credits">0 or more.</param>
    public Result<Nothing> AllocateFrom(CreditLedger pool, decimal credits, string reason)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentOutOfRangeException.ThrowIfNegative(credits);
        var least = Used + Reserved;
        if (credits > 0 && credits < least)
            return CreditsErrors.AllocationInUse(Used, Reserved, credits);

        var difference = decimal.Max(credits, least) - Allocated;
        if (difference == 0)
            return default(Nothing);

        var (from, to) = difference > 0 ? (pool, this) : (this, pool);
        var amount = decimal.Abs(difference);
        var error = from.MoveOut(amount, reason).Error ?? to.MoveIn(amount, reason).Error;
        return error is null ? default(Nothing) : error;
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

    private void RequireAvailable(decimal amount)
    {
        RequirePositive(amount);
        if (amount > Available)
            throw new InvalidOperationException($"Wallet {WalletId} has {Available} credits available, not {amount}.");
    }

    private static void RequirePositive(decimal amount)
    {
        if (amount <= 0)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "A transfer moves more than zero credits.");
    }
}
