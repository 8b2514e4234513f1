using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Domain.Tests.Webhooks;

internal sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RetrySchedule _schedule = new(TimeSpan.FromDays(3));

    [TestCase(1, 5)]
    [TestCase(2, 10)]
    [TestCase(5, 80)]
    [TestCase(11, 3600)]
    [TestCase(10_000, 3600)]
    public void Next_AfterFailures_DoublesUpToAnHour(int failures, int seconds) =>
        Assert.That(_schedule.Next(Start, failures, Start, null, 0.5), Is.EqualTo(Start.AddSeconds(seconds)));

    [TestCase(0, 8)]
    [TestCase(1, 12)]
    public void Next_ByChance_IsAFifthEarlierOrLater(double chance, int seconds) =>
        Assert.That(_schedule.Next(Start, 2, Start, null, chance), Is.EqualTo(Start.AddSeconds(seconds)));

    [Test]
    public void Next_WhenTheReceiverAsksForTime_OnlyDelays()
    {
        Assert.That(_schedule.Next(Start, 1, Start, TimeSpan.FromHours(5), 0.5), Is.EqualTo(Start.AddHours(5)));
        Assert.That(_schedule.Next(Start, 1, Start, TimeSpan.FromSeconds(1), 0.5), Is.EqualTo(Start.AddSeconds(5)));
        Assert.That(_schedule.Next(Start, 1, Start, TimeSpan.FromSeconds(-9), 0.5), Is.EqualTo(Start.AddSeconds(5)));
    }

    [Test]
    public void Next_WhenTheTimeIsNearlyOver_ComesAtItsEndAndThenNoMore()
    {
        var end = Start.AddDays(3);

        Assert.That(_schedule.Next(end.AddMinutes(-1), 90, Start, TimeSpan.FromDays(9), 0.5), Is.EqualTo(end));
        Assert.That(_schedule.Next(end, 91, Start, null, 0.5), Is.Null);
    }

    [TestCase("*", true)]
    [TestCase("job.*", true)]
    [TestCase("job.completed", true)]
    [TestCase("job", false)]
    [TestCase("jo*", false)]
    [TestCase("webhook.test", false)]
    [TestCase(null, false)]
    public void IsFilter_ForAText_KnowsTypesAndFamilies(string? filter, bool known) => Assert.That(EventTypes.IsFilter(filter), Is.EqualTo(known));
}
