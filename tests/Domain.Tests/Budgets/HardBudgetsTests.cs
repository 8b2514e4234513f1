using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Budgets;

internal sealed class HardBudgetsTests
{
    private static readonly DateTimeOffset May = new(2026, 5, 31, 23, 59, 59, TimeSpan.Zero);

    private static readonly HardBudgets Budgets = new(any: true, CalendarMonth.Of(May), [BudgetOwner.OfTeam("hr"), BudgetOwner.OfOrganization("other")]);

    [TestCase("acme", "hr", "team")]
    [TestCase("other", "it", "organization")]
    [TestCase("other", null, "organization")]
    public void Refusal_WhenTheBudgetIsUsedUp_SaysWhose(string organization, string? team, string scope)
    {
        var refusal = Budgets.Refusal(organization, team, May);

        Assert.That((refusal?.Code, refusal?.Kind), Is.EqualTo(("budget_exceeded", (ErrorKind?)ErrorKind.Forbidden)));
        Assert.That(refusal?.Message, Does.Contain(scope));
    }

    [TestCase("acme", "it")]
    [TestCase("acme", null)]
    [TestCase("hr", "other")]
    public void Refusal_ForOthers_IsNone(string organization, string? team) => Assert.That(Budgets.Refusal(organization, team, May), Is.Null);

    [Test]
    public void Refusal_InTheNextMonth_IsNone() => Assert.That(Budgets.Refusal("acme", "hr", May.AddSeconds(1)), Is.Null);

    [TestCase("2026-05", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z")]
    [TestCase("2024-12", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    public void CalendarMonth_WhenRead_IsFromItsFirstDayToTheNexts(string text, string start, string end)
    {
        Assert.That(CalendarMonth.TryParse(text, out var month), Is.True);
        Assert.That((month.Start, month.End, month.ToString()), Is.EqualTo((DateTimeOffset.Parse(start), DateTimeOffset.Parse(end), text)));
        Assert.That(CalendarMonth.Of(month.End.AddTicks(-1)), Is.EqualTo(month));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("2026")]
    [TestCase("2026-5")]
    [TestCase("2026-13")]
    [TestCase("1999-12")]
    public void CalendarMonth_WhenItIsNone_IsRefused(string? text) => Assert.That(CalendarMonth.TryParse(text, out _), Is.False);
}
