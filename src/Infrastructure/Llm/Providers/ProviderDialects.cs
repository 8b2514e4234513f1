using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>Which dialect a provider speaks: OpenAI's, unless it is known to speak another.</summary>
internal sealed class ProviderDialects
{
    /// <summary>The form that needs no translation.</summary>
    public OpenAiDialect OpenAi { get; } = new();

    /// <param name="provider">Its name in the catalogue.</param>
    public ProviderDialect Of(string provider) => OpenAi;
}
