using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Catalog;

/// <summary>What one model costs, in USD per million tokens.</summary>
/// <param name="InputUsdPerMillion">Prompt tokens that the provider's cache had no part in.</param>
/// <param name="OutputUsdPerMillion">Completion tokens, reasoning included.</param>
/// <param name="CachedInputUsdPerMillion">Prompt tokens read from the provider's cache; null: the input price.</param>
/// <param name="CacheWriteUsdPerMillion">Prompt tokens written to the provider's cache; null: the input price.</param>
public sealed record ModelPrices(
    decimal InputUsdPerMillion,
    decimal OutputUsdPerMillion,
    decimal? CachedInputUsdPerMillion,
    decimal? CacheWriteUsdPerMillion = null)
{
    private const decimal Million = 1_000_000m;

    public static ModelPrices Free { get; } = new(0, 0, 0);

    /// <summary>
    /// Input × price + cached input × cached price + cache writes × write price + output × price, rounded half up once at the end.
    /// Cached and written tokens are part of <see cref="TokenUsage.PromptTokens"/> (as OpenAI reports them) and so leave the full-price share.
    /// </summary>
    public decimal CostUsd(TokenUsage usage) => Money.RoundUsd(ExactCostUsd(usage));

    /// <summary>The same before it is rounded, for what is computed from it.</summary>
    public decimal ExactCostUsd(TokenUsage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.PromptTokens);
        var written = Math.Min(usage.CacheWriteTokens, usage.PromptTokens - cached);
        var full = usage.PromptTokens - cached - written;
        var cost = (full * InputUsdPerMillion)
            + (cached * (CachedInputUsdPerMillion ?? InputUsdPerMillion))
            + (written * (CacheWriteUsdPerMillion ?? InputUsdPerMillion))
            + (usage.CompletionTokens * OutputUsdPerMillion);
        return cost / Million;
    }
}
