using FluentValidation;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Catalog.Models;

/// <summary>What an operator says of a model, when creating it and when changing it. Prices are USD per million tokens, at most 10 decimals.</summary>
public abstract record ModelFields
{
    /// <summary><c>openai</c>, <c>anthropic</c>, <c>openrouter</c>, <c>custom</c>, …</summary>
    public string? Provider { get; init; }

    /// <summary>The name that the provider knows it by; at creation the alias where absent.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary><c>chat</c> (default), <c>embedding</c> or <c>image_generation</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Goes with the output price; without both the model is not priced and calls are refused.</summary>
    public decimal? InputUsdPerMillion { get; init; }

    public decimal? OutputUsdPerMillion { get; init; }

    /// <summary>Absent: cached tokens cost the input price.</summary>
    public decimal? CachedInputUsdPerMillion { get; init; }

    public decimal? CacheWriteUsdPerMillion { get; init; }

    /// <summary>In tokens.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>In tokens.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Most calls in flight to it over all nodes, 1 to 1000000; 0: no limit, which is the default.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>True where no data leaves the operator's own machines. Default: false.</summary>
    public bool? Local { get; init; }

    /// <summary>Tiers whose users may call it on the LLM API, and so may those of higher rank. None: every tier.</summary>
    public IReadOnlyList<string>? Tiers { get; init; }

    /// <summary>For instance <c>vision</c>, <c>tools</c>, <c>json_schema</c>, <c>reasoning</c>.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>What it is good at: <c>code</c>, <c>chat</c>, <c>rag</c>, <c>creative</c>. Calls of such a <c>task_type</c> that name no model prefer it.</summary>
    public IReadOnlyList<string>? TaskTypes { get; init; }

    /// <summary>False: no call is served by it. Default: true.</summary>
    public bool? Active { get; init; }
}

internal abstract class ModelFieldsValidator<T> : AbstractValidator<T>
    where T : ModelFields
{
    private const int MaxUpstreamLength = 255;
    private const int MostParallel = 1_000_000;

    protected ModelFieldsValidator()
    {
        RuleFor(model => model.Provider).ProviderName().When(model => model.Provider is not null);
        RuleFor(model => model.UpstreamModel).RequiredText(MaxUpstreamLength).When(model => model.UpstreamModel is not null);
        RuleFor(model => model.Mode).Must(mode => mode is null or "chat" or "embedding" or "image_generation")
            .WithMessage("must be chat, embedding or image_generation.");
        RuleFor(model => model.InputUsdPerMillion).Price();
        RuleFor(model => model.OutputUsdPerMillion).Price();
        RuleFor(model => model.CachedInputUsdPerMillion).Price();
        RuleFor(model => model.CacheWriteUsdPerMillion).Price();
        RuleFor(model => model.ContextWindow).TokenCount();
        RuleFor(model => model.MaxOutputTokens).TokenCount();
        RuleFor(model => model.MaxParallel).InclusiveBetween(0, MostParallel).WithMessage($"must be 0 (no limit) to {MostParallel}.");
        RuleFor(model => model.Tiers).Names();
        RuleFor(model => model.Capabilities).Names();
        RuleForEach(model => model.TaskTypes).Must(Domain.Catalog.TaskTypes.IsKnown).WithMessage(Domain.Catalog.TaskTypes.Rule);
    }
}
