using System.Globalization;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Domain.Tests.Credits;

internal sealed class AutoRefillTests
{
    [TestCase("daily", "2026-02-28", ExpectedResult = "2026-03-01")]
    [TestCase("weekly", "2026-11-20", ExpectedResult = "2026-11-23")]
    [TestCase("weekly", "2026-11-22", ExpectedResult = "2026-11-23")]
    [TestCase("weekly", "2026-11-23", ExpectedResult = "2026-11-30")]
    [TestCase("monthly", "2026-01-31", ExpectedResult = "2026-02-01")]
    [TestCase("monthly", "2026-12-01", ExpectedResult = "2027-01-01")]
    public string NextStart_OfEachPeriod_IsInTheNextOne(string period, string day) => Text(RefillPeriods.Parse(period).NextStart(Day(day)));

    [Test]
    public void Grant_WhenSeveralPeriodsHaveBegun_GrantsEachOnce()
    {
        var wallet = New();
        var refill = new AutoRefill("team", wallet, 5, RefillPeriod.Daily, Day("2026-11-19"));

        Assert.That(refill.Grant(Day("2026-11-21")), Is.True);
        Assert.That(refill.Grant(Day("2026-11-21")), Is.True);

        Assert.That(refill.Granted.Select(Text), Is.EqualTo(new[] { "2026-11-19", "2026-11-20", "2026-11-21" }));
        Assert.That((wallet.Allocated, Text(refill.NextOn)), Is.EqualTo((15m, "2026-11-22")));
    }

    [Test]
    public void Grant_WhenTheTeamIsStopped_PassesItsPeriodsBy()
    {
        var refill = new AutoRefill("team", null, 5, RefillPeriod.Monthly, Day("2026-10-01"));

        Assert.That(refill.Grant(Day("2026-11-21")), Is.True);

        Assert.That((refill.Granted.Count, Text(refill.NextOn)), Is.EqualTo((0, "2026-12-01")));
    }

    [Test]
    public void Grant_WhenTheWalletIsFull_SaysSo()
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), CreditLedger.MaxAllocated, 0, 0, unlimited: false);

        Assert.That(new AutoRefill("team", wallet, 5, RefillPeriod.Daily, Day("2026-11-21")).Grant(Day("2026-11-21")), Is.False);
    }

    private static CreditLedger New() => new(Guid.CreateVersion7(), 0, 0, 0, unlimited: false);

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}
