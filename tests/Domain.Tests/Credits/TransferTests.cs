using SaasLlm.Domain.Credits;

namespace SaasLlm.Domain.Tests.Credits;

internal sealed class TransferTests
{
    [TestCase(TransferKind.Allocation, LedgerAccount.Issued, LedgerAccount.Available)]
    [TestCase(TransferKind.Refill, LedgerAccount.Issued, LedgerAccount.Available)]
    [TestCase(TransferKind.Reservation, LedgerAccount.Available, LedgerAccount.Held)]
    [TestCase(TransferKind.Charge, LedgerAccount.Held, LedgerAccount.Revenue)]
    [TestCase(TransferKind.Release, LedgerAccount.Held, LedgerAccount.Available)]
    [TestCase(TransferKind.Refund, LedgerAccount.Revenue, LedgerAccount.Available)]
    [TestCase(TransferKind.Adjustment, LedgerAccount.Available, LedgerAccount.Issued)]
    [TestCase(TransferKind.Expiry, LedgerAccount.Available, LedgerAccount.Expired)]
    [TestCase(TransferKind.Writeoff, LedgerAccount.Writeoff, LedgerAccount.Revenue)]
    public void DebitAndCredit_ForEachKind_AreThePostingRule(TransferKind kind, LedgerAccount debit, LedgerAccount credit)
    {
        var transfer = Of(kind);

        Assert.That((transfer.Debit, transfer.Credit), Is.EqualTo((debit, credit)));
    }

    [Test]
    public void DebitAndCredit_ForEveryKindThatThereIs_Differ() =>
        Assert.That(Enum.GetValues<TransferKind>().Select(Of), Has.All.Matches<Transfer>(transfer => transfer.Debit != transfer.Credit));

    [Test]
    public void DebitAndCredit_ForAnUnknownKind_Throw()
    {
        var transfer = Of((TransferKind)99);

        Assert.That(() => transfer.Debit, Throws.InvalidOperationException);
        Assert.That(() => transfer.Credit, Throws.InvalidOperationException);
    }

    private static Transfer Of(TransferKind kind) => new(Guid.CreateVersion7(), Guid.CreateVersion7(), kind, 1, 1);
}
