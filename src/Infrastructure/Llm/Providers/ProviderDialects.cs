using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm.Providers.Anthropic;
using SaasLlm.Infrastructure.Llm.Providers.Azure;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>Which dialect a provider speaks: OpenAI's, unless it is known to speak another.</summary>
internal sealed class ProviderDialects(TimeProvider time)
{
    private readonly AnthropicDialect _anthropic = new(time);
    private readonly AzureDialect _azure = new();

    /// <summary>The form that needs no translation.</summary>
    public OpenAiDialect OpenAi { get; } = new(ChatExtensions.None);

    /// <param name="provider">Its name in the catalogue.</param>
    public ProviderDialect Of(string provider) =>
        IsOfKind(provider, KnownProviders.Anthropic) ? _anthropic
        : IsOfKind(provider, KnownProviders.Azure) ? _azure
        : new OpenAiDialect(KnownProviders.ExtensionsOf(provider));

    private static bool IsOfKind(string provider, string kind) =>
        SaasLlm.Domain.ProviderCredentials.Providers.KindOf(provider).Equals(kind, StringComparison.OrdinalIgnoreCase);
}
