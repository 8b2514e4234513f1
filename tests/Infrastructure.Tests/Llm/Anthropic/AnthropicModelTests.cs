using SaasLlm.Infrastructure.Llm.Providers.Anthropic;

namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

internal sealed class AnthropicModelTests
{
    [TestCase("claude-opus-4-5-20251101", 4, 5)]
    [TestCase("claude-sonnet-4-20250514", 4, 0)]
    [TestCase("claude-opus-4@20250514", 4, 0)]
    [TestCase("claude-3-7-sonnet-latest", 3, 7)]
    [TestCase("claude-3-haiku-20240307", 3, 0)]
    [TestCase("anthropic.claude-opus-4-6-v1", 4, 6)]
    [TestCase("claude-sonnet-5", 5, 0)]
    [TestCase("claude-2.1", 2, 1)]
    [TestCase("claude-mythos-preview", int.MaxValue, 0)]
    [TestCase("", int.MaxValue, 0)]
    public void Of_ForAName_ReadsTheVersion(string name, int major, int minor) =>
        Assert.That(AnthropicModel.Of(name), Is.EqualTo(new AnthropicModel(major, minor)));
}
