using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Shared;

internal sealed class IdentifiersTests
{
    [TestCase("a")]
    [TestCase("org_acme")]
    [TestCase("Team-7.eu:prod@acme")]
    [TestCase("0")]
    public void IsValid_WhenEveryCharacterIsAllowed_IsTrue(string id) => Assert.That(Identifiers.IsValid(id), Is.True);

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("a\0")]
    [TestCase("a\n")]
    [TestCase("å")]
    [TestCase("٣")]
    [TestCase("a'; drop table teams; --")]
    public void IsValid_WhenACharacterIsNot_IsFalse(string? id) => Assert.That(Identifiers.IsValid(id), Is.False);

    [TestCase(255, true)]
    [TestCase(256, false)]
    public void IsValid_AtTheLongest_CountsCharacters(int length, bool valid) =>
        Assert.That(Identifiers.IsValid(new string('a', length)), Is.EqualTo(valid));
}
