using System.Collections.Frozen;

namespace SaasLlm.Application.Import;

/// <summary>LiteLLM's names of providers by ours, and what is different about their addresses.</summary>
internal static class LiteLlmProviders
{
    public const string Custom = "custom";

    /// <summary>OpenAI's form at an address of one's own; a provider of LiteLLM's that is not here cannot be served.</summary>
    private static readonly FrozenDictionary<string, string> Ours = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["openai"] = "openai",
        ["custom_openai"] = Custom,
        ["openai_like"] = Custom,
        ["azure"] = "azure",
        ["anthropic"] = "anthropic",
        ["gemini"] = "gemini",
        ["openrouter"] = "openrouter",
        ["groq"] = "groq",
        ["together_ai"] = "together_ai",
        ["deepseek"] = "deepseek",
        ["mistral"] = "mistral",
        ["xai"] = "xai",
        ["moonshot"] = "moonshot",
        ["minimax"] = "minimax",
        ["fireworks_ai"] = "fireworks",
        ["cerebras"] = "cerebras",
        ["perplexity"] = "perplexity",
        ["cohere"] = "cohere",
        ["cohere_chat"] = "cohere",
        ["nvidia_nim"] = "nvidia",
        ["litellm_proxy"] = "litellm",
        ["ollama"] = "ollama",
        ["ollama_chat"] = "ollama",
        ["hosted_vllm"] = "vllm",
        ["vllm"] = "vllm",
        ["lm_studio"] = "lmstudio",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly (string Prefix, string Provider)[] Guesses =
        [("gpt-", "openai"), ("chatgpt-", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"), ("text-embedding-", "openai"), ("claude-", "anthropic")];

    /// <param name="model"><c>provider/name</c>, or a name alone.</param>
    /// <param name="custom">The provider where the file names it apart.</param>
    /// <param name="providerOf">Our provider of a model that is known by name alone.</param>
    /// <returns>Our provider, null where there is none like it, and the name that it knows the model by.</returns>
    public static (string? Provider, string UpstreamModel) Resolve(string model, string? custom, bool hasAddress, Func<string, string?> providerOf)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var theirs = custom ?? (slash < 0 ? null : model[..slash]);
        var name = theirs is not null && model.StartsWith(theirs + "/", StringComparison.Ordinal) ? model[(theirs.Length + 1)..] : model;
        var ours = theirs is null
            ? providerOf(name) ?? Guesses.FirstOrDefault(guess => name.StartsWith(guess.Prefix, StringComparison.Ordinal)).Provider
            : Ours.GetValueOrDefault(theirs);

        // Whatever speaks OpenAI's language at another address is called by that name there.
        return (ours == "openai" && hasAddress ? Custom : ours, name);
    }

    /// <summary>An address as our providers are given it.</summary>
    public static string Address(string provider, string apiBase, string? apiVersion)
    {
        var address = apiBase.TrimEnd('/');
        return provider switch
        {
            // LiteLLM adds the version itself.
            "anthropic" or "ollama" when !address.EndsWith("/v1", StringComparison.Ordinal) => address + "/v1",
            "azure" when apiVersion is not null && !address.EndsWith("/openai/v1", StringComparison.Ordinal) && !address.Contains('?', StringComparison.Ordinal) =>
                $"{address}?api-version={apiVersion}",
            _ => address,
        };
    }
}
