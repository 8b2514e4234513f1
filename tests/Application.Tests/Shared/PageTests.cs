using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Tests.Shared;

internal sealed class PageTests
{
    [TestCase(null, 50)]
    [TestCase(1, 1)]
    [TestCase(200, 200)]
    public void Resolve_WhenTheLimitIsInRange_TakesItOrTheDefault(int? limit, int resolved) =>
        Assert.That(new PageRequest(limit, null).Resolve().Value, Is.EqualTo(new PageStart(resolved, null)));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(201)]
    public void Resolve_WhenTheLimitIsNot_NamesTheField(int limit) =>
        Assert.That(new PageRequest(limit, null).Resolve().Error?.Fields?.Keys, Is.EqualTo(new[] { "limit" }));

    [Test]
    public void Resolve_WhenTheCursorIsOurs_GivesItsKey() =>
        Assert.That(new PageRequest(10, PageCursor.Encode("acme")).Resolve().Value, Is.EqualTo(new PageStart(10, "acme")));

    [Test]
    public void Resolve_WhenTheCursorIsNot_NamesTheField() =>
        Assert.That(new PageRequest(null, "!").Resolve().Error?.Fields?.Keys, Is.EqualTo(new[] { "cursor" }));

    [Test]
    public void Of_WhenThereIsNoFurtherRow_HasNoCursor()
    {
        var page = Page<string>.Of(["a", "b"], limit: 2, key => key);

        Assert.That((page.Rows, page.NextCursor), Is.EqualTo((new[] { "a", "b" }, default(string))));
    }

    [Test]
    public void Of_WhenOneRowTooManyWasRead_CutsItAndPointsAtTheLastShown()
    {
        var page = Page<string>.Of(["a", "b", "c"], limit: 2, key => key);

        Assert.That((page.Rows, page.NextCursor), Is.EqualTo((new[] { "a", "b" }, PageCursor.Encode("b"))));
    }

    [Test]
    public void Select_ForAPage_ConvertsTheRowsAndKeepsTheCursor()
    {
        var page = new Page<int>([1, 2], "next").Select(number => $"{number}");

        Assert.That((page.Rows, page.NextCursor), Is.EqualTo((new[] { "1", "2" }, "next")));
    }
}
