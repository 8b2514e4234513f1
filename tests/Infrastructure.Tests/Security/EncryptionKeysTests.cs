using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Moq;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.Tests.Security;

internal sealed class EncryptionKeysTests
{
    private static readonly string Key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Test]
    public void From_WithARing_KnowsItsKeysAndTheActiveOne()
    {
        var keys = From("Production", ("EncryptionKeys:old", Key), ("EncryptionKeys:new", Key), ("ActiveEncryptionKey", "new"));

        Assert.That(keys.ActiveId, Is.EqualTo("new"));
        Assert.That(keys.Find("old"), Has.Length.EqualTo(32));
        Assert.That(keys.Find("none"), Is.Null);
    }

    [Test]
    public void From_WithoutARing_HasOneOnlyInDevelopment()
    {
        Assert.That(From("Development").ActiveId, Is.EqualTo(EncryptionKeys.DevelopmentId));
        Assert.That(From("Production").ActiveId, Is.Null);
    }

    [Test]
    public void From_WithAMalformedRing_RefusesToStart()
    {
        Assert.That(() => From("Production", ("EncryptionKeys:k", "not base64"), ("ActiveEncryptionKey", "k")), Fails("EncryptionKeys:k"));
        Assert.That(() => From("Production", ("EncryptionKeys:k", Convert.ToBase64String(new byte[16])), ("ActiveEncryptionKey", "k")), Fails("32"));
        Assert.That(() => From("Production", ("EncryptionKeys:k", Convert.ToBase64String(new byte[48])), ("ActiveEncryptionKey", "k")), Fails("32"));
        Assert.That(() => From("Production", ("EncryptionKeys:k", Key)), Fails("ActiveEncryptionKey"));
        Assert.That(() => From("Production", ("EncryptionKeys:k", Key), ("ActiveEncryptionKey", "other")), Fails("ActiveEncryptionKey"));
        Assert.That(() => From("Development", ("ActiveEncryptionKey", "other")), Fails("ActiveEncryptionKey"));
        Assert.That(() => From("Production", ("EncryptionKeys:a b", Key), ("ActiveEncryptionKey", "a b")), Fails("key id"));
    }

    [Test]
    public void From_WithThePublishedKeyInProduction_RefusesToStart() =>
        Assert.That(() => From("Production", ("EncryptionKeys:k", EncryptionKeys.DevelopmentKey), ("ActiveEncryptionKey", "k")), Fails("published"));

    private static EncryptionKeys From(string environment, params (string Key, string Value)[] settings) => EncryptionKeys.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Security:" + pair.Key, (string?)pair.Value))).Build(),
        Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment));

    private static NUnit.Framework.Constraints.ContainsConstraint Fails(string saying) =>
        Throws.InvalidOperationException.With.Message.Contains(saying).And.Message.Not.Contains(Key);
}
