using FluentValidation;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Shared;

/// <summary>How a request says that a team's jobs are charged; what is null stays, or is the default of a new team.</summary>
public interface IBudgetFields
{
    /// <summary><c>job_based</c>, <c>consumption_usd</c>, <c>consumption_tokens</c> or <c>unlimited</c>.</summary>
    string? BudgetMode { get; }

    /// <summary>Credits that a dollar of consumption costs; above zero, default 10.</summary>
    decimal? CreditsPerDollar { get; }

    /// <summary>Tokens that a credit pays for; above zero, default 10,000.</summary>
    int? TokensPerCredit { get; }
}

internal static class BudgetRules
{
    private const decimal MostCreditsPerDollar = 1_000_000;

    public static void ValidBudget<T>(this AbstractValidator<T> validator)
        where T : IBudgetFields
    {
        validator.RuleFor(command => command.BudgetMode)
            .Must(mode => mode is null || BudgetModeNames.TryParse(mode, out _))
            .WithMessage(BudgetModeNames.Rule + ".");
        validator.RuleFor(command => command.CreditsPerDollar)
            .Must(rate => rate is null || (rate > 0 && rate <= MostCreditsPerDollar && decimal.Round(rate.Value, 6) == rate))
            .WithMessage($"must be above zero, at most {MostCreditsPerDollar}, with at most 6 decimals.");
        validator.RuleFor(command => command.TokensPerCredit).GreaterThan(0).WithMessage("must be above zero.");
    }
}
