using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Tests.Shared;

internal sealed class VirtualKeyTests
{
    [Test]
    public void Create_Always_GivesSixtyFourHexDigitsThatDiffer()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => VirtualKey.Create().Secret).ToArray();

        Assert.That(keys, Is.Unique);
        Assert.That(keys, Has.All.Match("^sk-[0-9a-f]{64}$"));
        Assert.That(keys, Has.All.Matches<string>(VirtualKey.LooksLikeOne));
    }

    [TestCase("sk-anything", true)]
    [TestCase("SK-anything", false)]
    [TestCase("uc_0123", false)]
    [TestCase("", false)]
    public void LooksLikeOne_ForAToken_LooksAtItsPrefix(string token, bool looks) => Assert.That(VirtualKey.LooksLikeOne(token), Is.EqualTo(looks));

    [TestCase(200, true)]
    [TestCase(201, false)]
    public void LooksLikeOne_WhenTooLong_SparesTheHash(int length, bool looks) =>
        Assert.That(VirtualKey.LooksLikeOne("sk-".PadRight(length, 'a')), Is.EqualTo(looks));

    [Test]
    public void HashOf_ForAKnownText_IsItsSha256() =>
        Assert.That(VirtualKey.HashOf("abc"), Is.EqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));

    [Test]
    public void HashOf_WhenOneCharacterAtTheEndDiffers_Differs()
    {
        var secret = VirtualKey.Create().Secret;
        var other = secret[..^1] + (secret[^1] == '0' ? '1' : '0');

        Assert.That(VirtualKey.HashOf(other), Is.Not.EqualTo(VirtualKey.HashOf(secret)));
    }

    [TestCase("sk-1234567890abcdef", "sk-1234…cdef")]
    [TestCase("sk-123456789", "sk-…")]
    public void DisplayOf_ForASecret_ShowsTooLittleToUse(string secret, string display) => Assert.That(VirtualKey.DisplayOf(secret), Is.EqualTo(display));
}
