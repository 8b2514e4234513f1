using SaasLlm.Domain.ProviderCredentials;

namespace SaasLlm.Domain.Byok;

/// <summary>The providers whose keys a caller may bring.</summary>
public static class ByokProviders
{
    public const string Azure = "azure";
    public const string Custom = "custom";
    public const string Google = "google";
    public const string OpenRouter = "openrouter";

    public static IReadOnlyList<string> Names { get; } =
        ["openai", "anthropic", Google, OpenRouter, "groq", "together", "deepseek", Azure, Custom];

    /// <summary>One name for each provider: the catalogue knows some by two, and by the names of several accounts.</summary>
    public static string Canonical(string provider)
    {
        var kind = Providers.KindOf(provider);
        return kind switch
        {
            "gemini" => Google,
            "together_ai" => "together",
            _ => kind.Length == provider.Length ? provider : kind.ToString(),
        };
    }
}
