using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Has a team's wallet granted so many credits at the start of each period, or ends that.</summary>
/// <param name="RefillPeriod"><c>daily</c>, <c>weekly</c> (from Monday) or <c>monthly</c>; days begin at 00:00 UTC.</param>
public sealed record ConfigureAutoRefill(bool? Enabled, decimal? RefillAmount, string? RefillPeriod) : IRequest<Result<AutoRefillResponse>>, ITransactional
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";
}

/// <param name="NextRefillAt">When the next period begins; null where it is not enabled.</param>
public sealed record AutoRefillResponse(string TeamId, bool AutoRefillEnabled, decimal? RefillAmount, string? RefillPeriod, DateTimeOffset? NextRefillAt);

internal sealed class ConfigureAutoRefillValidator : AbstractValidator<ConfigureAutoRefill>
{
    public ConfigureAutoRefillValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.Enabled).NotNull().WithMessage("is required.");
        RuleFor(command => command.RefillAmount).CreditAmount();
        RuleFor(command => command.RefillAmount).NotNull().When(command => command.Enabled == true).WithMessage("is required.");
        RuleFor(command => command.RefillPeriod)
            .Must((command, period) => RefillPeriods.TryParse(period, out _) || (period is null && command.Enabled != true))
            .WithMessage(RefillPeriods.Rule + ".");
    }
}

internal sealed class ConfigureAutoRefillHandler(IAutoRefillRepository refills, TimeProvider time) : IRequestHandler<ConfigureAutoRefill, Result<AutoRefillResponse>>
{
    public async Task<Result<AutoRefillResponse>> Handle(ConfigureAutoRefill command, CancellationToken cancellationToken)
    {
        var known = command.Enabled!.Value
            ? await refills.EnableAsync(
                command.TeamId,
                command.RefillAmount!.Value,
                command.RefillPeriod!,
                RefillPeriods.Parse(command.RefillPeriod!).NextStart(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)),
                cancellationToken)
            : await refills.DisableAsync(command.TeamId, cancellationToken);
        return known ? (await refills.GetAsync(command.TeamId, cancellationToken))! : CreditsErrors.WalletNotFound(command.TeamId);
    }
}
