using SaasLlm.Application.Identities;

namespace SaasLlm.Application.Tests.Identities;

internal sealed class OidcFlowTests
{
    [TestCase("/dashboard", ExpectedResult = true)]
    [TestCase("/dashboard/teams?tab=keys#top", ExpectedResult = true)]
    [TestCase("//evil.example", ExpectedResult = false)]
    [TestCase("/\\evil.example", ExpectedResult = false)]
    [TestCase("/\t/evil.example", ExpectedResult = false)]
    [TestCase("/\n/evil.example", ExpectedResult = false)]
    [TestCase("https://evil.example", ExpectedResult = false)]
    [TestCase("javascript:alert(1)", ExpectedResult = false)]
    [TestCase("dashboard", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    public bool ReturnUrl_WhenItLeadsElsewhere_IsNotLocal(string url) => OidcFlow.IsLocal(url);

    [Test]
    public void Resume_WithTheCookieOfTheBeginning_HasTheSameSecrets()
    {
        var begun = OidcFlow.Begin("/dashboard/teams");

        var resumed = OidcFlow.Resume(begun.Cookie);

        Assert.That(resumed, Is.EqualTo(begun));
        Assert.That(resumed!.Began(begun.Secrets.State), Is.True);
        Assert.That(new[] { begun.Secrets.State, begun.Secrets.Nonce, begun.Secrets.CodeVerifier }, Is.Unique);
    }

    [Test]
    public void Resume_WithAnotherBrowsersCookie_DidNotBeginIt() =>
        Assert.That(OidcFlow.Begin(null).Began(OidcFlow.Begin(null).Secrets.State), Is.False);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("a.b")]
    [TestCase("not base64!.L2Rhc2hib2FyZA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.Ly9ldmlsLmV4YW1wbGU")]
    public void Resume_WithACookieOfNobody_IsNone(string? cookie) => Assert.That(OidcFlow.Resume(cookie), Is.Null);
}
