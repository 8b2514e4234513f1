using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Budgets;

/// <summary>Sets or replaces the budget of a team or an organization. What has been spent already counts, and is warned of at once.</summary>
/// <param name="MonthlyCostUsd">Provider cost a calendar month (UTC), above 0 up to 1,000,000,000 USD; null: not bounded.</param>
/// <param name="Mode"><c>soft</c> or <c>hard</c>; null: soft.</param>
/// <param name="AlertPercents">Per cent of the budget at which to warn, above 0 up to 100, at most 10; null: 80 and 100. 100 is always told.</param>
/// <param name="DailySpikeFactor">Warn of a day that costs more than so many times the mean of the 14 before; above 1 up to 1,000; null: do not.</param>
public sealed record SetBudget(decimal? MonthlyCostUsd = null, string? Mode = null, decimal[]? AlertPercents = null, decimal? DailySpikeFactor = null)
    : IRequest<Result<BudgetResponse>>, ITransactional
{
    [JsonIgnore]
    public BudgetOwner Owner { get; init; }
}

internal sealed class SetBudgetValidator : AbstractValidator<SetBudget>
{
    private const decimal MaxUsd = 1_000_000_000m;
    private const decimal MaxFactor = 1_000m;
    private const int FactorDecimals = 4;
    private const int PercentDecimals = 2;
    private const int MaxPercents = 10;

    public SetBudgetValidator()
    {
        RuleFor(command => command.MonthlyCostUsd)
            .Must(cost => cost is null || (cost is > 0 and <= MaxUsd && decimal.Round(cost.Value, Money.UsdDecimals) == cost))
            .WithMessage("must be above 0 and at most 1000000000 USD, with at most 10 decimals.")
            .Must((command, cost) => cost is not null || command.DailySpikeFactor is not null)
            .WithMessage("is required, unless there is a daily_spike_factor.");
        RuleFor(command => command.Mode)
            .Must(mode => mode is null or BudgetEnforcement.Soft or BudgetEnforcement.Hard)
            .WithMessage("must be 'soft' or 'hard'.")
            .Must((command, mode) => mode != BudgetEnforcement.Hard || command.MonthlyCostUsd is not null)
            .WithMessage("can be 'hard' only with monthly_cost_usd.");
        RuleFor(command => command.AlertPercents)
            .Must(percents => percents is null
                || (percents.Length <= MaxPercents && Array.TrueForAll(percents, percent => percent is > 0 and <= 100 && decimal.Round(percent, PercentDecimals) == percent)))
            .WithMessage($"must be at most {MaxPercents} percentages above 0 and up to 100, with at most {PercentDecimals} decimals.");
        RuleFor(command => command.DailySpikeFactor)
            .Must(factor => factor is null || (factor is > 1 and <= MaxFactor && decimal.Round(factor.Value, FactorDecimals) == factor))
            .WithMessage($"must be above 1 and at most 1000, with at most {FactorDecimals} decimals.");
    }
}

internal sealed class SetBudgetHandler(IBudgetRepository budgets, BudgetOwners owners, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<SetBudget, Result<BudgetResponse>>
{
    private static readonly decimal[] DefaultPercents = [80, 100];

    public async Task<Result<BudgetResponse>> Handle(SetBudget command, CancellationToken cancellationToken)
    {
        if (await owners.MissingAsync(command.Owner, cancellationToken) is { } missing)
            return missing;

        var month = CalendarMonth.Of(time.GetUtcNow());
        var terms = new BudgetTerms
        {
            MonthlyCostUsd = command.MonthlyCostUsd,
            Mode = command.Mode ?? BudgetEnforcement.Soft,
            AlertPercents = [.. (command.AlertPercents ?? DefaultPercents).Distinct().Order()],
            DailySpikeFactor = command.DailySpikeFactor,
        };
        await budgets.SetAsync(command.Owner, terms, month, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Budget, string.Empty, cancellationToken);
        return BudgetResponse.Of(command.Owner, (await budgets.GetAsync(command.Owner, month, cancellationToken))!, month);
    }
}
