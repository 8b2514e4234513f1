namespace SaasLlm.Domain.Catalog;

/// <summary>Tokens of one call.</summary>
/// <param name="PromptTokens">All input tokens, cached ones included.</param>
/// <param name="CompletionTokens">All output tokens, reasoning included.</param>
/// <param name="CachedTokens">The share of <paramref name="PromptTokens"/> read from the provider's cache.</param>
/// <param name="ReasoningTokens">The share of <paramref name="CompletionTokens"/> spent on reasoning.</param>
/// <param name="CacheWriteTokens">The share of <paramref name="PromptTokens"/> written to the provider's cache; none of it is in <paramref name="CachedTokens"/>.</param>
public readonly record struct TokenUsage(int PromptTokens, int CompletionTokens, int CachedTokens = 0, int ReasoningTokens = 0, int CacheWriteTokens = 0)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>How the numbers of a call's record came about.</summary>
public enum UsageSource
{
    /// <summary>The upstream reported them.</summary>
    Upstream,

    /// <summary>Counted from what was delivered before the stream broke or the caller left.</summary>
    Delivered,

    /// <summary>The abandoned stream was read to its end in the background.</summary>
    Drained,

    /// <summary>The upstream finished without reporting any; estimated from the texts.</summary>
    Estimated,

    /// <summary>The process died, or nothing is known of what was used.</summary>
    Unknown,

    /// <summary>No upstream was asked: the tokens are those of the answer that served again.</summary>
    Cached,
}
