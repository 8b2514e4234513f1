using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Credits;

internal sealed class CreditLedgerTests
{
    private static readonly Guid JobId = Guid.CreateVersion7();

    [Test]
    public void Allocate_WhenCalled_RaisesAllocatedAndRecordsTheGrant()
    {
        var wallet = Wallet(allocated: 10);

        var transfer = wallet.Allocate(5, "purchase", "key-1").Value;

        Assert.That(wallet.Allocated, Is.EqualTo(15));
        Assert.That(transfer, Is.EqualTo(transfer with { Kind = TransferKind.Allocation, Amount = 5, BalanceAfter = 15, Reason = "purchase", IdempotencyKey = "key-1", JobId = null }));
        Assert.That(wallet.Transfers, Is.EqualTo(new[] { transfer }));
    }

    [Test]
    public void Reserve_WhenTheLastCreditIsFree_HoldsIt()
    {
        var wallet = Wallet(allocated: 1);

        var transfer = wallet.Reserve(1, JobId);

        Assert.That(transfer.IsSuccess, Is.True);
        Assert.That(transfer.Value.JobId, Is.EqualTo(JobId));
        Assert.That(transfer.Value.BalanceAfter, Is.Zero);
        Assert.That((wallet.Available, wallet.Reserved, wallet.Remaining), Is.EqualTo((0m, 1m, 1m)));
    }

    [TestCase("0", "0", "0")]
    [TestCase("10", "10", "0")]
    [TestCase("10", "0", "10")]
    [TestCase("10", "4.5", "4.500001")]
    public void Reserve_WhenTooLittleIsFree_RefusesAndChangesNothing(decimal allocated, decimal used, decimal reserved)
    {
        var wallet = Wallet(allocated, used, reserved);

        var transfer = wallet.Reserve(1, JobId);

        Assert.That(transfer.Error?.Code, Is.EqualTo("insufficient_credits"));
        Assert.That(wallet.Transfers, Is.Empty);
        Assert.That((wallet.Allocated, wallet.Used, wallet.Reserved), Is.EqualTo((allocated, used, reserved)));
    }

    [Test]
    public void Reserve_WhenRefused_NamesTheAmountsWithoutTrailingZeros()
    {
        var refusal = Wallet(allocated: 0.500000m).Reserve(1.000000m, JobId);

        Assert.That(refusal.Error?.Message, Is.EqualTo("Insufficient credits. Available: 0.5, needed: 1."));
    }

    [Test]
    public void Reserve_WhenTheWalletIsUnlimited_RecordsBelowZero()
    {
        var wallet = Wallet(allocated: 0, unlimited: true);

        var transfer = wallet.Reserve(1, JobId);

        Assert.That(transfer.IsSuccess, Is.True);
        Assert.That(transfer.Value.BalanceAfter, Is.EqualTo(-1));
    }

    [Test]
    public void Charge_WhenHeld_MovesTheHoldToUsed()
    {
        var wallet = Wallet(allocated: 10, reserved: 3);

        var transfer = wallet.Charge(1, JobId);

        Assert.That((wallet.Used, wallet.Reserved, wallet.Available), Is.EqualTo((1m, 2m, 7m)));
        Assert.That(transfer.BalanceAfter, Is.EqualTo(7), "what can be spent was lowered by the reservation already");
    }

    [Test]
    public void Release_WhenHeld_FreesTheHold()
    {
        var wallet = Wallet(allocated: 10, reserved: 3);

        var transfer = wallet.Release(3, JobId, "job failed");

        Assert.That((wallet.Used, wallet.Reserved, wallet.Available), Is.EqualTo((0m, 0m, 10m)));
        Assert.That((transfer.BalanceAfter, transfer.Reason), Is.EqualTo((10m, "job failed")));
    }

    [Test]
    public void ChargeAndRelease_WhenLessIsHeld_Throw()
    {
        var wallet = Wallet(allocated: 10, reserved: 1);

        Assert.That(() => wallet.Charge(1.000001m, JobId), Throws.InvalidOperationException);
        Assert.That(() => wallet.Release(2, JobId, "job failed"), Throws.InvalidOperationException);
        Assert.That(wallet.Transfers, Is.Empty);
    }

    [Test]
    public void Refill_WhenItFits_GrantsCredits()
    {
        var wallet = Wallet(allocated: 10, used: 4);

        var transfer = wallet.Refill(100, "Grant for 2026-11").Value;

        Assert.That((wallet.Allocated, wallet.Available), Is.EqualTo((110m, 106m)));
        Assert.That((transfer.Kind, transfer.Debit, transfer.Credit), Is.EqualTo((TransferKind.Refill, LedgerAccount.Issued, LedgerAccount.Available)));
        Assert.That((transfer.BalanceAfter, transfer.Reason), Is.EqualTo((106m, "Grant for 2026-11")));
    }

    [Test]
    public void Refill_WhenTheColumnsWouldOverflow_IsRefused()
    {
        var wallet = Wallet(allocated: CreditLedger.MaxAllocated);

        Assert.That(wallet.Refill(0.000001m, "x").Error!.Code, Is.EqualTo("wallet_full"));
        Assert.That(wallet.Transfers, Is.Empty);
    }

    [Test]
    public void ExpireAndTakeBack_WhenAvailable_LeaveWhatIsUsedAndHeld()
    {
        var wallet = Wallet(allocated: 10, used: 2, reserved: 3);

        var expired = wallet.Expire(1, "left");
        var taken = wallet.TakeBack(4, "deleted");

        Assert.That((wallet.Allocated, wallet.Available), Is.EqualTo((5m, 0m)));
        Assert.That((expired.Kind, expired.Credit, expired.BalanceAfter), Is.EqualTo((TransferKind.Expiry, LedgerAccount.Expired, 4m)));
        Assert.That((taken.Kind, taken.Credit, taken.BalanceAfter), Is.EqualTo((TransferKind.Adjustment, LedgerAccount.Issued, 0m)));
    }

    [Test]
    public void ExpireAndTakeBack_WhenLessIsAvailable_Throw()
    {
        var wallet = Wallet(allocated: 10, reserved: 9);

        Assert.That(() => wallet.Expire(1.000001m, "left"), Throws.InvalidOperationException);
        Assert.That(() => wallet.TakeBack(2, "deleted"), Throws.InvalidOperationException);
        Assert.That(wallet.Transfers, Is.Empty);
    }

    // Pool 100; the allocation has 50, of which 20 are used and 10 held.
    [TestCase(80, 70, 80, Description = "grows by 30")]
    [TestCase(50, 100, 50, Description = "stays")]
    [TestCase(30, 120, 30, Description = "shrinks to what is used and held")]
    [TestCase(0, 120, 30, Description = "is emptied of what is neither")]
    public void AllocateFrom_WhenItCanBeSo_MovesTheDifference(decimal credits, decimal inPool, decimal allocated)
    {
        var pool = Wallet(allocated: 100);
        var allocation = Wallet(allocated: 50, used: 20, reserved: 10);

        Assert.That(allocation.AllocateFrom(pool, credits, "x").Error, Is.Null);

        Assert.That((pool.Allocated, allocation.Allocated), Is.EqualTo((inPool, allocated)));
        Assert.That(pool.Transfers.Select(transfer => transfer.Amount), Is.EqualTo(allocation.Transfers.Select(transfer => transfer.Amount)));
    }

    [Test]
    public void AllocateFrom_WhenMoreIsUsedAndHeld_SaysHowMuch()
    {
        var pool = Wallet(allocated: 100);
        var allocation = Wallet(allocated: 50, used: 20.5m, reserved: 10);

        var error = allocation.AllocateFrom(pool, 30, "x").Error!;

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Conflict));
        Assert.That(error.Message, Does.Contain("20.5").And.Contain("10").And.Contain("30"));
        Assert.That(pool.Transfers.Concat(allocation.Transfers), Is.Empty);
    }

    [Test]
    public void AllocateFrom_WhenThePoolHasLess_IsRefused()
    {
        var pool = Wallet(allocated: 100, used: 60, reserved: 30);

        var error = Wallet(allocated: 0).AllocateFrom(pool, 10.000001m, "x").Error!;

        Assert.That((error.Code, error.Kind), Is.EqualTo(("insufficient_credits", ErrorKind.Conflict)));
        Assert.That(pool.Transfers, Is.Empty);
    }

    [TestCase("0")]
    [TestCase("-1")]
    public void EveryMove_WhenNotAboveZero_Throws(decimal amount)
    {
        var wallet = Wallet(allocated: 10, reserved: 5);

        Assert.That(() => wallet.Allocate(amount), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.Reserve(amount, JobId), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.Charge(amount, JobId), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.Release(amount, JobId, "x"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.Refill(amount, "x"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.Expire(amount, "x"), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => wallet.TakeBack(amount, "x"), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static CreditLedger Wallet(decimal allocated, decimal used = 0, decimal reserved = 0, bool unlimited = false) =>
        new(Guid.CreateVersion7(), allocated, used, reserved, unlimited);
}
