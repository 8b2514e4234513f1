using System.Security.Cryptography;
using SaasLlm.Application.KeyLinks;

namespace SaasLlm.Application.Tests.KeyLinks;

internal sealed class KeyLinkTokenTests
{
    private const string Secret = "sk-0123456789";

    [Test]
    public void Open_WithTheTokenThatSealed_GivesTheSecret()
    {
        var token = KeyLinkToken.Create();

        Assert.That(KeyLinkToken.LooksLikeOne(token), Is.True);
        Assert.That(KeyLinkToken.Open(token, KeyLinkToken.Seal(token, Secret)), Is.EqualTo(Secret));
    }

    [Test]
    public void Open_WithAnotherTokenOrWhatIsKeptOfIt_Fails()
    {
        var token = KeyLinkToken.Create();
        var box = KeyLinkToken.Seal(token, Secret);

        Assert.Throws<AuthenticationTagMismatchException>(() => KeyLinkToken.Open(KeyLinkToken.Create(), box));
        Assert.Throws<AuthenticationTagMismatchException>(() => KeyLinkToken.Open(KeyLinkToken.HashOf(token), box));
    }

    [Test]
    public void Open_OfABoxThatWasChanged_Fails()
    {
        var token = KeyLinkToken.Create();
        var box = KeyLinkToken.Seal(token, Secret);
        box[^20] ^= 1;

        Assert.Throws<AuthenticationTagMismatchException>(() => KeyLinkToken.Open(token, box));
    }

    [Test]
    public void Seal_OfTheSameTwice_GivesTwoBoxes()
    {
        var token = KeyLinkToken.Create();

        Assert.That(KeyLinkToken.Seal(token, Secret), Is.Not.EqualTo(KeyLinkToken.Seal(token, Secret)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0123")]
    [TestCase("ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    public void LooksLikeOne_OfAnythingElse_IsFalse(string? text) => Assert.That(KeyLinkToken.LooksLikeOne(text), Is.False);
}
