using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Tests.Shared;

internal sealed class PageCursorTests
{
    [TestCase("a")]
    [TestCase("org_acme")]
    [TestCase("2026-11-21T05:00:00.1234567Z|0199")]
    [TestCase("ünï—字")]
    public void TryDecode_WhenEncodedHere_GivesTheKeyBack(string key)
    {
        Assert.That(PageCursor.TryDecode(PageCursor.Encode(key), out var decoded), Is.True);
        Assert.That(decoded, Is.EqualTo(key));
    }

    [Test]
    public void Encode_ForAnyKey_NeedsNoEscapingInAQuery() =>
        Assert.That(PageCursor.Encode("??>>~~ü|"), Does.Match("^[A-Za-z0-9_-]+$"));

    [TestCase("")]
    [TestCase("not base64!")]
    [TestCase("AAAA", Description = "NUL characters")]
    [TestCase("_w", Description = "a byte that is no UTF-8")]
    [TestCase("A")]
    public void TryDecode_WhenNotOurs_IsFalse(string cursor) => Assert.That(PageCursor.TryDecode(cursor, out _), Is.False);

    [Test]
    public void TryDecode_WhenTooLong_IsFalse() => Assert.That(PageCursor.TryDecode(new string('a', 1028), out _), Is.False);
}
