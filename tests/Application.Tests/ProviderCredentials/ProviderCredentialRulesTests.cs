using SaasLlm.Application.ProviderCredentials;

namespace SaasLlm.Application.Tests.ProviderCredentials;

internal sealed class ProviderCredentialRulesTests
{
    private static readonly CreateProviderCredential Valid = new("openai", "main", "sk-123");

    [TestCase(null, true)]
    [TestCase("", true)]
    [TestCase("https://api.example.com/v1", true)]
    [TestCase("http://localhost:11434", true)]
    [TestCase("http://[::1]:8000/v1", true)]
    [TestCase("api.example.com", false)]
    [TestCase("/v1", false)]
    [TestCase("ftp://example.com", false)]
    [TestCase("file:///etc/passwd", false)]
    [TestCase("https://user:pass@example.com", false)]
    [TestCase("https://user@example.com", false)]
    [TestCase("https://example.com?x=1", false)]
    [TestCase("https://example.com?", false)]
    [TestCase("https://example.com?api-version=2024-10-21", true)]
    [TestCase("https://example.com?api-version=2024-10-21&x=1", false)]
    [TestCase("https://example.com#x", false)]
    [TestCase("https://example.com\\@evil", false)]
    [TestCase("https://exa mple.com", false)]
    [TestCase("https://", false)]
    public void ApiBase_ForAnAddress_IsAbsoluteHttpAndNothingMore(string? apiBase, bool valid) =>
        Assert.That(IsValid(Valid with { ApiBase = apiBase }), Is.EqualTo(valid));

    [TestCase("a", true)]
    [TestCase("", false)]
    [TestCase(null, false)]
    [TestCase("sk 1", false)]
    [TestCase("sk-1\n", false)]
    [TestCase("sk-é", false)]
    public void ApiKey_ForAKey_IsPrintableWithoutSpaces(string? key, bool valid) =>
        Assert.That(IsValid(Valid with { ApiKey = key }), Is.EqualTo(valid));

    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public void ApiKey_ForALongKey_HasALimit(int length, bool valid) =>
        Assert.That(IsValid(Valid with { ApiKey = new string('k', length) }), Is.EqualTo(valid));

    [TestCase("openai", true)]
    [TestCase("azure-eu.1", true)]
    [TestCase("OpenAI", false)]
    [TestCase("open ai", false)]
    [TestCase(null, false)]
    public void Provider_ForAName_IsLowerCase(string? provider, bool valid) =>
        Assert.That(IsValid(Valid with { Provider = provider }), Is.EqualTo(valid));

    [TestCase("sk-123456789", "6789")]
    [TestCase("sk-12345678", "")]
    public void Last4_OfAShortKey_ShowsNothing(string key, string shown) => Assert.That(ProviderSecret.Last4(key), Is.EqualTo(shown));

    [Test]
    public void ToString_OfCommandsWithAKey_LeavesItOut()
    {
        Assert.That(Valid.ToString(), Does.Not.Contain("sk-123"));
        Assert.That(new UpdateProviderCredential(ApiKey: "sk-123").ToString(), Does.Not.Contain("sk-123"));
    }

    private static bool IsValid(CreateProviderCredential command) => new CreateProviderCredentialValidator().Validate(command).IsValid;
}
