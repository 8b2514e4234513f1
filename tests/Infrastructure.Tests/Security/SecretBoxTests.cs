using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Moq;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.Tests.Security;

internal sealed class SecretBoxTests
{
    private const string Secret = "sk-very-secret";

    private readonly SecretBox _box = new(Keys("Development"));

    [Test]
    public void Open_OfWhatWasSealed_GivesItBack() => Assert.That(_box.Open(_box.Seal(Secret, "a"), "a"), Is.EqualTo(Secret));

    [Test]
    public void Seal_OfTheSameTwice_DiffersAndHidesIt()
    {
        var first = _box.Seal(Secret, "a");
        var second = _box.Seal(Secret, "a");

        Assert.That(first.Ciphertext, Is.Not.EqualTo(second.Ciphertext));
        Assert.That(Encoding.Latin1.GetString(first.Ciphertext), Does.Not.Contain(Secret));
    }

    [Test]
    public void Open_ForAnotherOwner_GivesNothing() => Assert.That(_box.Open(_box.Seal(Secret, "a"), "b"), Is.Null);

    [Test]
    public void Open_OfATamperedBox_GivesNothing()
    {
        var whole = _box.Seal(Secret, "a");
        for (var position = 0; position < whole.Ciphertext.Length; position++)
        {
            var changed = whole.Ciphertext.ToArray();
            changed[position] ^= 1;
            Assert.That(_box.Open(whole with { Ciphertext = changed }, "a"), Is.Null, $"byte {position}");
        }

        Assert.That(_box.Open(whole with { Ciphertext = whole.Ciphertext[..20] }, "a"), Is.Null);
    }

    [Test]
    public void Open_WithAKeyThatIsNotInTheRing_GivesNothing() =>
        Assert.That(_box.Open(_box.Seal(Secret, "a") with { KeyId = "gone" }, "a"), Is.Null);

    [Test]
    public void Seal_WithoutARing_Throws()
    {
        var box = new SecretBox(Keys("Production"));

        Assert.That(box.IsConfigured, Is.False);
        Assert.That(() => box.Seal(Secret, "a"), Throws.InvalidOperationException);
    }

    private static EncryptionKeys Keys(string environment) =>
        EncryptionKeys.From(new ConfigurationBuilder().Build(), Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment));
}
