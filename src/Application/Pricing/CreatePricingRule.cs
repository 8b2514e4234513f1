using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pricing;

/// <summary>
/// Says what customers are billed for jobs of a scope from a moment on; an older rule of the same scope gives way then. Jobs
/// that have ended keep their price.
/// </summary>
/// <param name="Kind"><c>flat</c> (with <paramref name="PriceUsd"/>), <c>tiered</c> (with <paramref name="Tiers"/>) or <c>markup</c> (with <paramref name="MarkupPercent"/>).</param>
/// <param name="OrganizationId">Whose jobs; null, without a team: everybody's.</param>
/// <param name="TeamId">Whose jobs; not together with an organization.</param>
/// <param name="JobType">Null: all types.</param>
/// <param name="PriceUsd">0 to 1,000,000 USD.</param>
/// <param name="Tiers">1 to 100 by the job's total tokens, ascending, the last without <c>below_tokens</c>.</param>
/// <param name="MarkupPercent">On top of what the calls cost, 0 to 10,000, with at most 4 decimals.</param>
/// <param name="MinimumUsd">Least price, with no more decimals than prices have.</param>
/// <param name="MaximumUsd">Highest price, with no more decimals than prices have.</param>
/// <param name="Decimals">Decimals of the price, 0 to 10; null: 6.</param>
/// <param name="EffectiveFrom">Inclusive; null: now.</param>
/// <param name="EffectiveTo">Exclusive; null: no end.</param>
public sealed record CreatePricingRule(
    string? Kind,
    string? OrganizationId = null,
    string? TeamId = null,
    string? JobType = null,
    decimal? PriceUsd = null,
    IReadOnlyList<PriceTierField>? Tiers = null,
    decimal? MarkupPercent = null,
    decimal? MinimumUsd = null,
    decimal? MaximumUsd = null,
    int? Decimals = null,
    DateTimeOffset? EffectiveFrom = null,
    DateTimeOffset? EffectiveTo = null)
    : IRequest<Result<PricingRuleResponse>>, ITransactional
{
    internal PricingRule ToRule(DateTimeOffset now) => new()
    {
        PricingRuleId = Guid.CreateVersion7(now),
        Scope = new PricingScope(OrganizationId, TeamId, JobType),
        Formula = Kind switch
        {
            PricingKind.Flat => new FlatPrice(PriceUsd!.Value),
            PricingKind.Tiered => new TieredPrice([.. Tiers!.Select(tier => new PriceTier(tier.BelowTokens, tier.PriceUsd!.Value))]),
            _ => new MarkupPrice(MarkupPercent!.Value),
        },
        MinimumUsd = MinimumUsd,
        MaximumUsd = MaximumUsd,
        Decimals = Decimals ?? PricingRule.DefaultDecimals,
        EffectiveFrom = Stored(EffectiveFrom ?? now),
        EffectiveTo = EffectiveTo is { } end ? Stored(end) : null,
        CreatedAt = Stored(now),
    };

    /// <summary>PostgreSQL keeps microseconds.</summary>
    private static DateTimeOffset Stored(DateTimeOffset moment) =>
        moment.ToUniversalTime().AddTicks(-(moment.UtcTicks % TimeSpan.TicksPerMicrosecond));
}

/// <param name="BelowTokens">Exclusive; null in the last.</param>
public sealed record PriceTierField(long? BelowTokens, decimal? PriceUsd);

internal sealed class CreatePricingRuleValidator : AbstractValidator<CreatePricingRule>
{
    private const decimal MaxUsd = 1_000_000m;
    private const decimal MaxMarkupPercent = 10_000m;
    private const int MarkupDecimals = 4;
    private const int MaxTiers = 100;
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(3000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public CreatePricingRuleValidator()
    {
        RuleFor(rule => rule.Kind).Must(kind => kind is PricingKind.Flat or PricingKind.Tiered or PricingKind.Markup)
            .WithMessage("must be 'flat', 'tiered' or 'markup'.");
        RuleFor(rule => rule.OrganizationId).ValidId().When(rule => rule.OrganizationId is not null);
        RuleFor(rule => rule.TeamId).ValidId().When(rule => rule.TeamId is not null)
            .Must((rule, team) => team is null || rule.OrganizationId is null)
            .WithMessage("goes without organization_id: a team belongs to one organization.");
        RuleFor(rule => rule.JobType).RequiredText(255).When(rule => rule.JobType is not null);
        RuleFor(rule => rule.PriceUsd).Must((rule, price) => price is null != (rule.Kind == PricingKind.Flat))
            .WithMessage("is what a 'flat' rule has, and no other.")
            .Must(price => price is null || IsAmount(price.Value, Money.UsdDecimals))
            .WithMessage("must be 0 to 1000000 USD, with at most 10 decimals.");
        RuleFor(rule => rule.MarkupPercent).Must((rule, percent) => percent is null != (rule.Kind == PricingKind.Markup))
            .WithMessage("is what a 'markup' rule has, and no other.")
            .Must(percent => percent is null || (percent is >= 0 and <= MaxMarkupPercent && decimal.Round(percent.Value, MarkupDecimals) == percent))
            .WithMessage("must be 0 to 10000 percent, with at most 4 decimals.");
        RuleFor(rule => rule.Tiers).Must((rule, tiers) => tiers is null != (rule.Kind == PricingKind.Tiered))
            .WithMessage("are what a 'tiered' rule has, and no other.")
            .Must(tiers => tiers is null || AreTiers(tiers))
            .WithMessage("must be 1 to 100 tiers with price_usd of 0 to 1000000 USD and ascending below_tokens; the last, and only the last, has none.");
        RuleFor(rule => rule.Decimals).InclusiveBetween(0, PricingRule.MaxDecimals).WithMessage("must be 0 to 10.");
        RuleFor(rule => rule.MinimumUsd).Must((rule, bound) => bound is null || IsAmount(bound.Value, rule.Decimals ?? PricingRule.DefaultDecimals))
            .WithMessage("must be 0 to 1000000 USD, with no more decimals than the price.");
        RuleFor(rule => rule.MaximumUsd).Must((rule, bound) => bound is null || IsAmount(bound.Value, rule.Decimals ?? PricingRule.DefaultDecimals))
            .WithMessage("must be 0 to 1000000 USD, with no more decimals than the price.")
            .Must((rule, bound) => bound is null || rule.MinimumUsd is null || rule.MinimumUsd <= bound)
            .WithMessage("must not be below minimum_usd.");
        RuleFor(rule => rule.EffectiveFrom).Must(IsReasonable).WithMessage("must be a time of the years 2000 to 2999.");
        RuleFor(rule => rule.EffectiveTo).Must(IsReasonable).WithMessage("must be a time of the years 2000 to 2999.")
            .Must((rule, end) => end is null || rule.EffectiveFrom is null || rule.EffectiveFrom < end)
            .WithMessage("must be after effective_from.");
    }

    private static bool IsAmount(decimal usd, int decimals) =>
        usd is >= 0 and <= MaxUsd && decimals is >= 0 and <= PricingRule.MaxDecimals && decimal.Round(usd, decimals) == usd;

    private static bool IsReasonable(DateTimeOffset? moment) => moment is null || (moment >= Earliest && moment < Latest);

    private static bool AreTiers(IReadOnlyList<PriceTierField> tiers)
    {
        if (tiers.Count is 0 or > MaxTiers)
            return false;

        var below = 0L;
        for (var i = 0; i < tiers.Count; i++)
        {
            if (tiers[i] is not { PriceUsd: { } price } tier || !IsAmount(price, Money.UsdDecimals) || tier.BelowTokens is null != (i == tiers.Count - 1))
                return false;
            if (tier.BelowTokens <= below)
                return false;

            below = tier.BelowTokens ?? below;
        }

        return true;
    }
}

internal sealed class CreatePricingRuleHandler(IPricingRuleRepository rules, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<CreatePricingRule, Result<PricingRuleResponse>>
{
    public async Task<Result<PricingRuleResponse>> Handle(CreatePricingRule command, CancellationToken cancellationToken)
    {
        var rule = command.ToRule(time.GetUtcNow());
        if (rule.EffectiveTo <= rule.EffectiveFrom)
            return Error.Field("effective_to", "must be after effective_from.");

        var created = await rules.CreateAsync(rule, cancellationToken);
        if (!created.IsSuccess)
            return created.Error;

        await changes.AnnounceAsync(ChangedThing.Pricing, string.Empty, cancellationToken);
        return created.Value.ToResponse();
    }
}
