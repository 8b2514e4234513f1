using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Credits;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Domain.Tests.Credits;

/// <summary>What holds after any sequence of moves, refused ones included.</summary>
internal sealed class CreditLedgerProperties
{
    private static readonly Guid JobId = Guid.CreateVersion7();

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Moves) })]
    public void AnySequence_WhenLimited_NeverOvershoots(Move[] moves)
    {
        var wallet = New(unlimited: false);
        foreach (var move in moves)
        {
            Apply(wallet, move);

            Assert.That(wallet.Used + wallet.Reserved, Is.LessThanOrEqualTo(wallet.Allocated + wallet.Grace));
            Assert.That((wallet.Used, wallet.Reserved), Is.EqualTo((decimal.Max(wallet.Used, 0), decimal.Max(wallet.Reserved, 0))), "no column below zero");
        }
    }

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Moves) })]
    public void AnySequence_Always_KeepsColumnsEqualToTheSumsOfTransfers(Move[] moves, bool unlimited)
    {
        var wallet = Run(moves, unlimited);

        Assert.That(wallet.Allocated, Is.EqualTo(-Net(wallet, LedgerAccount.Issued) - Net(wallet, LedgerAccount.Expired) - Net(wallet, LedgerAccount.Transit)));
        Assert.That(wallet.Used, Is.EqualTo(Net(wallet, LedgerAccount.Revenue) + Net(wallet, LedgerAccount.Writeoff)));
        Assert.That(wallet.Reserved, Is.EqualTo(Net(wallet, LedgerAccount.Held)));
        Assert.That(wallet.Available, Is.EqualTo(Net(wallet, LedgerAccount.Available)));
    }

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Moves) })]
    public void AnySequence_Always_ChainsTheBalances(Move[] moves, bool unlimited)
    {
        var balance = 0m;
        foreach (var transfer in Run(moves, unlimited).Transfers)
        {
            balance += Into(transfer, LedgerAccount.Available);

            Assert.That(transfer.BalanceAfter, Is.EqualTo(balance));
        }
    }

    [HoldsForAll(MaxTest = 200, Arbitrary = new[] { typeof(Moves) })]
    public void AnySequence_WhenUnlimited_RefusesNoReservation(Move[] moves)
    {
        var wallet = Run(moves, unlimited: true);

        Assert.That(
            wallet.Transfers.Count(transfer => transfer.Kind == TransferKind.Reservation && transfer.JobId is not null),
            Is.EqualTo(moves.Count(move => move.Kind == TransferKind.Reservation)));
    }

    private static CreditLedger New(bool unlimited) => new(Guid.CreateVersion7(), 0, 0, 0, unlimited, grace: 3);

    private static CreditLedger Run(Move[] moves, bool unlimited)
    {
        var wallet = New(unlimited);
        foreach (var move in moves)
            Apply(wallet, move);

        return wallet;
    }

    /// <summary>Moves of more than there is are bugs of the caller, so they are cut to what there is.</summary>
    private static void Apply(CreditLedger wallet, Move move)
    {
        var held = decimal.Min(move.Amount, wallet.Reserved);
        var free = decimal.Min(move.Amount, wallet.Available);
        var used = decimal.Min(move.Amount, wallet.Used);
        switch (move.Kind)
        {
            case TransferKind.Allocation:
                wallet.Allocate(move.Amount);
                break;
            case TransferKind.Reservation:
                _ = wallet.Reserve(move.Amount, JobId);
                break;
            case TransferKind.Charge when held > 0:
                wallet.Charge(held, JobId);
                break;
            case TransferKind.Release when held > 0:
                wallet.Release(held, JobId, "released");
                break;
            case TransferKind.Refill:
                wallet.Refill(move.Amount, "refilled");
                break;
            case TransferKind.Refund when used > 0:
                wallet.Refund(used, JobId, "refunded");
                break;
            case TransferKind.Expiry when free > 0:
                wallet.Expire(free, "expired");
                break;
            case TransferKind.Adjustment when free > 0:
                wallet.TakeBack(free, "taken back");
                break;
            case TransferKind.MoveIn:
                wallet.MoveIn(move.Amount, "moved");
                break;
            case TransferKind.MoveOut:
                _ = wallet.MoveOut(move.Amount, "moved");
                break;

            // A metered call that costs more than it held.
            case TransferKind.Writeoff:
                wallet.SettleCall(Guid.CreateVersion7(), held, held + move.Amount);
                break;
            default:
                break;
        }
    }

    private static decimal Net(CreditLedger wallet, LedgerAccount account) => wallet.Transfers.Sum(transfer => Into(transfer, account));

    private static decimal Into(Transfer transfer, LedgerAccount account) =>
        (transfer.Credit == account ? transfer.Amount : 0) - (transfer.Debit == account ? transfer.Amount : 0);

    /// <param name="Kind">Any; <see cref="TransferKind.Writeoff"/> stands for the end of a metered call.</param>
    /// <param name="Amount">Above zero, with up to six decimals.</param>
    internal sealed record Move(TransferKind Kind, decimal Amount);

    internal static class Moves
    {
        public static Arbitrary<Move> Any() => Arb.From(
            from kind in Gen.Elements(Enum.GetValues<TransferKind>())
            from millionths in Gen.OneOf(Gen.Choose(1, 20).Select(credits => credits * 1_000_000), Gen.Choose(1, 20_000_000))
            select new Move(kind, millionths / 1_000_000m));
    }
}
