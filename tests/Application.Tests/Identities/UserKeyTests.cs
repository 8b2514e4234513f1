using SaasLlm.Application.Identities;

namespace SaasLlm.Application.Tests.Identities;

internal sealed class UserKeyTests
{
    [Test]
    public void Create_Always_MakesAnotherKeyOfTheForm()
    {
        var keys = Enumerable.Range(0, 10).Select(_ => UserKey.Create().Secret).ToArray();

        Assert.That(keys, Is.Unique.And.All.Match("^uc_[0-9a-f]{64}$"));
        Assert.That(keys.Where(key => !UserKey.LooksLikeOne(key)), Is.Empty);
        Assert.That(UserKey.DisplayOf(keys[0]), Is.EqualTo($"{keys[0][..7]}…{keys[0][^4..]}"));
    }

    [TestCase("uc_")]
    [TestCase("uc_ABCDEF6789012345678901234567890123456789012345678901234567890123")]
    [TestCase("sk_0123456789012345678901234567890123456789012345678901234567890123")]
    [TestCase("uc_01234567890123456789012345678901234567890123456789012345678901234")]
    public void LooksLikeOne_ForAnythingElse_IsFalse(string token) => Assert.That(UserKey.LooksLikeOne(token), Is.False);

    [Test]
    public void Antiforgery_OfASession_IsNeitherTheTokenNorAnothers()
    {
        var (first, second) = (SessionToken.Create(), SessionToken.Create());

        Assert.That(SessionToken.AntiforgeryOf(first), Is.EqualTo(SessionToken.AntiforgeryOf(first)).And.Length.EqualTo(64));
        Assert.That(new[] { SessionToken.AntiforgeryOf(first), SessionToken.AntiforgeryOf(second), SessionToken.HashOf(first), first }, Is.Unique);
    }
}
