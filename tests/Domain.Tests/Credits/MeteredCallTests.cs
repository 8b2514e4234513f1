using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Credits;

/// <summary>What a wallet does for a metered call: hold, then charge what it cost.</summary>
internal sealed class MeteredCallTests
{
    private static readonly Guid Call = Guid.CreateVersion7();

    [TestCase(10, 4, 4, 6, 0, Description = "less than it held: the rest goes back")]
    [TestCase(10, 10, 10, 0, 0, Description = "just what it held")]
    [TestCase(10, 0, 0, 10, 0, Description = "nothing")]
    [TestCase(10, 12, 12, 0, 0, Description = "more than it held: taken from what is available")]
    [TestCase(90, 130, 100, 0, 30, Description = "more than there is: the operator bears the rest")]
    [TestCase(0, 130, 100, 0, 30, Description = "the hold is gone")]
    public void SettleCall_WhateverItCost_ChargesItAndLeavesNothingHeld(int held, int cost, int charged, int released, int writtenOff)
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), 100, 0, held, unlimited: false);

        var missing = wallet.SettleCall(Call, held, cost);

        Assert.That((missing, wallet.Used, wallet.Reserved), Is.EqualTo(((decimal)writtenOff, (decimal)charged, 0m)));
        Assert.That(SumOf(wallet, TransferKind.Charge), Is.EqualTo((decimal)charged));
        Assert.That(SumOf(wallet, TransferKind.Release), Is.EqualTo((decimal)released));
        Assert.That(SumOf(wallet, TransferKind.Writeoff), Is.EqualTo((decimal)writtenOff));
        Assert.That(wallet.Transfers.Count(transfer => transfer.Kind == TransferKind.Charge), Is.LessThanOrEqualTo(1));
        Assert.That(wallet.Transfers.Select(transfer => transfer.CallId), Is.All.EqualTo(Call));
        Assert.That(wallet.Available, Is.EqualTo(100m - charged));
    }

    [Test]
    public void SettleCall_OnAnUnlimitedWallet_WritesNothingOff()
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), 0, 0, 0, unlimited: true);

        Assert.That(wallet.SettleCall(Call, 0, 5), Is.Zero);
        Assert.That(wallet.Used, Is.EqualTo(5));
    }

    [Test]
    public void Hold_BeyondWhatIsAvailable_IsRefusedInWordsAndNumbers()
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), 6, 0.5m, 0.266m, unlimited: false);

        var refused = wallet.Hold(10.5m, Call).Error!;

        Assert.That(refused.Kind, Is.EqualTo(ErrorKind.PaymentRequired));
        Assert.That(refused.Message, Is.EqualTo("Insufficient credits. Balance: 5.234, Estimated cost: 10.500"));
        Assert.That(wallet.Transfers, Is.Empty);
    }

    private static decimal SumOf(CreditLedger wallet, TransferKind kind) =>
        wallet.Transfers.Where(transfer => transfer.Kind == kind).Sum(transfer => transfer.Amount);
}
