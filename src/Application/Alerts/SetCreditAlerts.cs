using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Alerts;

/// <summary>Says at which credits a wallet warns; what is absent stays. Each threshold warns once whenever it is crossed.</summary>
/// <param name="Percentages">Per cent of the allocated credits that are used, above 0 up to 100, at most 10; empty: none.</param>
/// <param name="CreditsBelow">Warn where fewer credits remain; 0: do not.</param>
public sealed record SetCreditAlerts(decimal[]? Percentages = null, decimal? CreditsBelow = null) : IRequest<Result<CreditAlertsResponse>>, ITransactional
{
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    [JsonIgnore]
    public CreditAlertsOwner Owner { get; init; } = null!;
}

internal sealed class SetCreditAlertsValidator : AbstractValidator<SetCreditAlerts>
{
    private const int MaxThresholds = 10;

    public SetCreditAlertsValidator()
    {
        RuleFor(command => command.Percentages)
            .Must(percentages => percentages is null
                || (percentages.Length <= MaxThresholds && Array.TrueForAll(percentages, percent => percent is > 0 and <= 100 && decimal.Round(percent, 2) == percent)))
            .WithMessage($"must be at most {MaxThresholds} percentages above 0 and up to 100, with at most 2 decimals.");
        RuleFor(command => command.CreditsBelow).CreditAmount(zeroAllowed: true);
    }
}

internal sealed class SetCreditAlertsHandler(IAlertRepository alerts) : IRequestHandler<SetCreditAlerts, Result<CreditAlertsResponse>>
{
    public async Task<Result<CreditAlertsResponse>> Handle(SetCreditAlerts command, CancellationToken cancellationToken)
    {
        if (CreditAlertsAccess.Refusal(command.Caller, command.Owner) is { } refusal)
            return refusal;

        var percentages = command.Percentages?.Distinct().Order().ToArray();
        var set = await alerts.SetCreditAlertsAsync(new CreditAlertsChange(command.Owner, percentages, command.CreditsBelow), cancellationToken);
        return set is null ? CreditAlertsAccess.NotFound(command.Owner) : set;
    }
}
