using FluentValidation;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Tiers;

/// <summary>The terms that a request sets. In a change, null leaves one as it is, 0 removes a limit, a trial or the monthly credits, an empty text the default model.</summary>
public interface ITierFields
{
    /// <summary>Models of a tier serve those of higher rank as well.</summary>
    int? Rank { get; }

    /// <summary>Calls a day (UTC).</summary>
    int? DailyCalls { get; }

    /// <summary>Calls a calendar month (UTC).</summary>
    int? MonthlyCalls { get; }

    /// <summary>Calls in all within <see cref="TrialDays"/>.</summary>
    int? TrialCalls { get; }

    /// <summary>Days that a trial lasts.</summary>
    int? TrialDays { get; }

    /// <summary>Charged on top of the provider's cost, in percent of it; 0 to 10,000, with at most 4 decimals.</summary>
    decimal? MarkupPercent { get; }

    /// <summary>What a subscribed organization's pool is granted each month, in credits.</summary>
    decimal? CreditsPerMonth { get; }

    /// <summary>Alias of the model that serves balanced calls which name none.</summary>
    string? DefaultModel { get; }
}

internal static class TierRules
{
    private const decimal MaxMarkupPercent = 10_000;
    private const int MarkupDecimals = 4;

    public static void ValidTerms<T>(this AbstractValidator<T> validator, bool zeroRemoves)
        where T : ITierFields
    {
        var least = zeroRemoves ? 0 : 1;
        var message = zeroRemoves ? "must be zero (none) or more." : "must be above zero.";
        validator.RuleFor(command => command.Rank).GreaterThanOrEqualTo(0).WithMessage("must be zero or more.");
        validator.RuleFor(command => command.DailyCalls).GreaterThanOrEqualTo(least).WithMessage(message);
        validator.RuleFor(command => command.MonthlyCalls).GreaterThanOrEqualTo(least).WithMessage(message);
        validator.RuleFor(command => command.TrialCalls).GreaterThanOrEqualTo(least).WithMessage(message);
        validator.RuleFor(command => command.TrialDays).GreaterThanOrEqualTo(least).WithMessage(message);
        validator.RuleFor(command => command.MarkupPercent)
            .Must(percent => percent is null || (percent is >= 0 and <= MaxMarkupPercent && decimal.Round(percent.Value, MarkupDecimals) == percent))
            .WithMessage("must be 0 to 10000 percent, with at most 4 decimals.");
        validator.RuleFor(command => command.CreditsPerMonth).CreditAmount(zeroAllowed: zeroRemoves);
        validator.RuleFor(command => command.DefaultModel).ValidId().When(command => !string.IsNullOrEmpty(command.DefaultModel));
    }
}
