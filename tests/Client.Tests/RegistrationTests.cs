using Microsoft.Extensions.DependencyInjection;

namespace SaasLlm.Client.Tests;

internal sealed class RegistrationTests
{
    [Test]
    public void AddSaasLlmClient_WithItsOptions_GivesOneClientToAll()
    {
        using var provider = new ServiceCollection()
            .AddSaasLlmClient(options => (options.BaseAddress, options.ApiKey) = (new Uri("https://llm.example.com/gateway"), "sk-key"))
            .BuildServiceProvider();

        Assert.That(provider.GetRequiredService<SaasLlmClient>(), Is.SameAs(provider.GetRequiredService<SaasLlmClient>()));
    }

    [TestCase(null, "sk-key")]
    [TestCase("relative/path", "sk-key")]
    [TestCase("https://llm.example.com", null)]
    [TestCase("https://llm.example.com", " ")]
    public void Connect_WithoutAddressOrKey_SaysWhatIsMissing(string? address, string? key)
    {
        var options = new SaasLlmClientOptions { BaseAddress = address is null ? null : new Uri(address, UriKind.RelativeOrAbsolute), ApiKey = key };

        Assert.That(() => SaasLlmClient.Connect(options), Throws.ArgumentException);
    }
}
