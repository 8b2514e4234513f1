using SaasLlm.Application.Byok;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Tests.Byok;

internal sealed class OpenRouterNamesTests
{
    [TestCase("openai", "gpt-4o-mini", "openai/gpt-4o-mini")]
    [TestCase("openai", "gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06")]
    [TestCase("openai", "gpt-5.4-mini", "openai/gpt-5.4-mini")]
    [TestCase("openai", "o3", "openai/o3")]
    [TestCase("anthropic", "claude-sonnet-4-5", "anthropic/claude-sonnet-4.5")]
    [TestCase("anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5")]
    [TestCase("anthropic", "claude-3-7-sonnet-20250219", "anthropic/claude-3.7-sonnet")]
    [TestCase("anthropic", "claude-3-7-sonnet-latest", "anthropic/claude-3.7-sonnet")]
    [TestCase("anthropic", "claude-3-haiku-20240307", "anthropic/claude-3-haiku")]
    [TestCase("anthropic", "claude-opus-4-20250514", "anthropic/claude-opus-4")]
    [TestCase("anthropic", "claude-sonnet-5", "anthropic/claude-sonnet-5")]
    [TestCase("gemini", "gemini-2.5-flash", "google/gemini-2.5-flash")]
    [TestCase("google", "gemini-2.5-pro", "google/gemini-2.5-pro")]
    [TestCase("deepseek", "deepseek-chat", "deepseek/deepseek-chat")]
    [TestCase("deepseek", "deepseek-reasoner", "deepseek/deepseek-r1")]
    [TestCase("mistral", "mistral-large", "mistralai/mistral-large")]
    [TestCase("xai", "grok-4.3", "x-ai/grok-4.3")]
    [TestCase("moonshot", "kimi-k2.5", "moonshotai/kimi-k2.5")]
    [TestCase("zhipu", "glm-5.1", "z-ai/glm-5.1")]
    [TestCase("openrouter", "meta-llama/llama-3.3-70b-instruct", "meta-llama/llama-3.3-70b-instruct")]
    [TestCase("groq", "llama-3.3-70b-versatile", null)]
    [TestCase("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", null)]
    [TestCase("azure", "my-deployment", null)]
    [TestCase("custom", "mine", null)]
    [TestCase("ollama", "llama3", null)]
    public void Of_WhenAModelIsAnothers_SaysWhatOpenRouterCallsIt(string provider, string upstreamModel, string? name) =>
        Assert.That(OpenRouterNames.Of(Model(provider, upstreamModel)), Is.EqualTo(name));

    [TestCase(ModelMode.Embedding)]
    [TestCase(ModelMode.ImageGeneration)]
    public void Of_WhenAModelDoesNotChat_IsNull(ModelMode mode) =>
        Assert.That(OpenRouterNames.Of(Model("openai", "m") with { Mode = mode }), Is.Null);

    [TestCase("gemini", "google")]
    [TestCase("google", "google")]
    [TestCase("together_ai", "together")]
    [TestCase("openai", "openai")]
    [TestCase("mistral", "openrouter")]
    [TestCase("ollama", null)]
    public void For_WhenSeveralKeysAreThere_TakesTheModelsProviderThenOpenRouter(string provider, string? served)
    {
        var keys = Keys("google", "together", "openai", "openrouter");

        Assert.That(keys.For(Model(provider, "m"))?.Provider, Is.EqualTo(served));
    }

    [Test]
    public void For_WhenTheModelIsLocal_TakesNoKey() =>
        Assert.That(Keys("custom").For(Model("custom", "m") with { Local = true }), Is.Null);

    [Test]
    public void ServeAny_WhenOneOfSeveralIsServed_IsTrue()
    {
        var keys = Keys("groq");

        Assert.That(keys.ServeAny([Model("ollama", "m"), Model("groq", "m")]), Is.True);
        Assert.That(keys.ServeAny([Model("ollama", "m"), Model("openai", "m")]), Is.False);
        Assert.That(ByokKeys.None.ServeAny([Model("groq", "m")]), Is.False);
    }

    private static ByokKeys Keys(params string[] providers) => new(providers.ToDictionary(provider => provider, ByokKey (provider) => new Key(provider)));

    private static CatalogModel Model(string provider, string upstreamModel) =>
        new() { Alias = $"{provider}-{upstreamModel}", Provider = provider, UpstreamModel = upstreamModel, Active = true };

    private sealed class Key(string provider) : ByokKey(Guid.CreateVersion7(), provider, fallsBackToPlatform: false);
}
