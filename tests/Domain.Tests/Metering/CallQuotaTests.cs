using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Domain.Tests.Metering;

internal sealed class CallQuotaTests
{
    private static readonly TierTerms Trial = new("trial", 0, 100, null, 700, 7, 0, null);
    private static readonly TierTerms Professional = new("professional", 20, 334, 10_000, null, null, 10, null);
    private static readonly DateOnly Since = new(2025, 11, 24);

    [Test]
    public void Counts_OfAPaidTier_AreTheMonthsAndTheDays()
    {
        var counts = CallQuota.On(Professional, Since, new DateOnly(2025, 12, 31)).ToList();

        Assert.That(counts, Is.EqualTo(new[]
        {
            (QuotaPeriod.Month, new DateOnly(2025, 12, 1), new DateOnly(2026, 1, 1), 10_000),
            (QuotaPeriod.Day, new DateOnly(2025, 12, 31), new DateOnly(2026, 1, 1), 334),
        }));
    }

    [Test]
    public void Counts_OfATrial_BeginWithTheTier()
    {
        var counts = CallQuota.On(Trial, Since, new DateOnly(2025, 11, 30)).ToList();

        Assert.That(counts[0], Is.EqualTo((QuotaPeriod.Trial, Since, new DateOnly(2025, 12, 1), 700)));
        Assert.That(counts[1].Limit, Is.EqualTo(100));
    }

    [TestCase(30, false, Description = "the seventh day")]
    [TestCase(31, true, Description = "the eighth")]
    public void Trial_AfterItsDays_IsOver(int day, bool over) =>
        Assert.That(CallQuota.IsTrialOver(Trial, Since, Since.AddDays(day - 24)), Is.EqualTo(over));

    [Test]
    public void Refusal_OfAFullMonth_SaysTheNumbersAndTheDate()
    {
        var count = new QuotaCount(QuotaPeriod.Month, new DateOnly(2025, 11, 1), 10_000, new DateOnly(2025, 12, 1), 10_000);

        var refusal = count.Refusal(new DateTimeOffset(2025, 11, 30, 23, 0, 0, TimeSpan.Zero));

        Assert.That(count.IsFull);
        Assert.That(refusal.Message, Is.EqualTo("Rate limit exceeded. Monthly limit: 10,000 calls. Used: 10,000. Resets on 2025-12-01."));
        Assert.That((refusal.Code, refusal.Kind), Is.EqualTo(("quota_exceeded", ErrorKind.TooManyRequests)));
        Assert.That(refusal.RetryAfter, Is.EqualTo(TimeSpan.FromHours(1)));
        Assert.That(refusal.Limits!.Value.Requests.ResetAt, Is.EqualTo(1764547200));
    }

    [Test]
    public void Take_UntilItIsFull_CountsDownAndThenThrows()
    {
        var count = new QuotaCount(QuotaPeriod.Day, new DateOnly(2025, 11, 1), 2, new DateOnly(2025, 11, 2), 0);
        count.Take();
        count.Take();

        Assert.That(count.Left.Remaining, Is.Zero);
        Assert.That(count.Take, Throws.InvalidOperationException);
    }
}
