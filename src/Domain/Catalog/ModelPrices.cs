using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Catalog;

/// <summary>What one model costs, in USD per million tokens.</summary>
/// <param name="InputUsdPerMillion">Prompt tokens that were not served from the provider's cache.</param>
/// <param name="OutputUsdPerMillion">Completion tokens, reasoning included.</param>
/// <param name="CachedInputUsdPerMillion">Prompt tokens read from the provider's cache; null: the input price.</param>
public sealed record ModelPrices(
    decimal InputUsdPerMillion,
    decimal OutputUsdPerMillion,
    decimal? CachedInputUsdPerMillion)
{
    private const decimal Million = 1_000_000m;

    public static ModelPrices Free { get; } = new(0, 0, 0);

    /// <summary>
    /// Input × price + cached input × cached price + output × price, rounded half up once at the end.
    /// Cached tokens are part of <see cref="TokenUsage.PromptTokens"/> (as OpenAI reports them) and so leave the full-price share.
    /// </summary>
    public decimal CostUsd(TokenUsage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.PromptTokens);
        var full = usage.PromptTokens - cached;
        var cost = (full * InputUsdPerMillion)
            + (cached * (CachedInputUsdPerMillion ?? InputUsdPerMillion))
            + (usage.CompletionTokens * OutputUsdPerMillion);
        return Money.RoundUsd(cost / Million);
    }
}
