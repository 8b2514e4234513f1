using System.Collections.Frozen;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>What is known of a provider without any configuration.</summary>
/// <param name="DefaultBase">Base address of its API; null: only where one is given.</param>
/// <param name="KeyVariable">The usual environment variable of its key; null: it has none.</param>
/// <param name="BaseVariable">The environment variable that replaces the base address.</param>
/// <param name="Extensions">What its API knows beside OpenAI's own members.</param>
internal sealed record KnownProvider(Uri? DefaultBase, string? KeyVariable, string BaseVariable, ChatExtensions Extensions = ChatExtensions.None);

/// <summary>The providers that are known by name. One that is not listed is taken for OpenAI-compatible and works with a stored credential that gives its base address.</summary>
internal static class KnownProviders
{
    public const string Anthropic = "anthropic";
    public const string Azure = "azure";

    private static readonly FrozenDictionary<string, KnownProvider> All = new Dictionary<string, KnownProvider>(StringComparer.OrdinalIgnoreCase)
    {
        ["openai"] = Hosted("https://api.openai.com/v1", "OPENAI", "OPENAI_BASE_URL"),
        ["openrouter"] = Hosted("https://openrouter.ai/api/v1", "OPENROUTER", extensions: ChatExtensions.All),
        ["groq"] = Hosted("https://api.groq.com/openai/v1", "GROQ"),
        ["together"] = Hosted("https://api.together.xyz/v1", "TOGETHER", extensions: ChatExtensions.TopK),
        ["together_ai"] = Hosted("https://api.together.xyz/v1", "TOGETHER", extensions: ChatExtensions.TopK),
        ["deepseek"] = Hosted("https://api.deepseek.com/v1", "DEEPSEEK", extensions: ChatExtensions.Thinking),
        ["gemini"] = Hosted("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI"),
        ["google"] = Hosted("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI"),
        ["mistral"] = Hosted("https://api.mistral.ai/v1", "MISTRAL"),
        ["xai"] = Hosted("https://api.x.ai/v1", "XAI"),
        [Anthropic] = Hosted("https://api.anthropic.com/v1", "ANTHROPIC"),
        [Azure] = new(null, "AZURE_API_KEY", "AZURE_API_BASE"),
        ["moonshot"] = Hosted("https://api.moonshot.ai/v1", "MOONSHOT", extensions: ChatExtensions.Thinking),
        ["minimax"] = Hosted("https://api.minimax.io/v1", "MINIMAX", extensions: ChatExtensions.Thinking),
        ["zhipu"] = Hosted("https://open.bigmodel.cn/api/paas/v4", "ZHIPU", extensions: ChatExtensions.Thinking),
        ["fireworks"] = Hosted("https://api.fireworks.ai/inference/v1", "FIREWORKS", extensions: ChatExtensions.TopK),
        ["cerebras"] = Hosted("https://api.cerebras.ai/v1", "CEREBRAS"),
        ["perplexity"] = Hosted("https://api.perplexity.ai", "PERPLEXITY", extensions: ChatExtensions.TopK),
        ["cohere"] = Hosted("https://api.cohere.ai/compatibility/v1", "COHERE"),
        ["nvidia"] = Hosted("https://integrate.api.nvidia.com/v1", "NVIDIA", extensions: ChatExtensions.TopK),
        ["litellm"] = new(null, "LITELLM_API_KEY", "LITELLM_API_BASE", ChatExtensions.All),
        ["ollama"] = new(null, null, "OLLAMA_API_BASE", ChatExtensions.TopK),
        ["vllm"] = new(null, "VLLM_API_KEY", "VLLM_API_BASE", ChatExtensions.TopK),
        ["lmstudio"] = new(null, null, "LMSTUDIO_API_BASE", ChatExtensions.TopK),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, KnownProvider>.AlternateLookup<ReadOnlySpan<char>> ByKind = All.GetAlternateLookup<ReadOnlySpan<char>>();

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>By its kind: <c>openai.eu</c> is OpenAI's.</summary>
    /// <summary>The environment variables of the providers' keys.</summary>
    public static IEnumerable<string> KeyVariables => All.Values.Select(provider => provider.KeyVariable).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    /// <summary>The environment variables of the providers' addresses.</summary>
    public static IEnumerable<string> BaseVariables => All.Values.Select(provider => provider.BaseVariable).Distinct().Order(StringComparer.Ordinal);

    public static KnownProvider? Find(string provider) => ByKind.TryGetValue(SaasLlm.Domain.ProviderCredentials.Providers.KindOf(provider), out var known) ? known : null;

    /// <summary>A provider that is not listed is most often an open server, and these take <c>top_k</c>.</summary>
    public static ChatExtensions ExtensionsOf(string provider) => Find(provider)?.Extensions ?? ChatExtensions.TopK;

    private static KnownProvider Hosted(
        string baseAddress, string variables, string? baseVariable = null, ChatExtensions extensions = ChatExtensions.None) =>
        new(new Uri(baseAddress), variables + "_API_KEY", baseVariable ?? variables + "_API_BASE", extensions);
}
