using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Credits;

/// <summary>Says how a team's jobs are charged from now on, running ones excepted; absent fields stay.</summary>
public sealed record SetBudgetMode(string? BudgetMode, decimal? CreditsPerDollar, int? TokensPerCredit)
    : IRequest<Result<TeamBudgetMode>>, ITransactional, IBudgetFields
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";
}

/// <param name="CreditsPerDollar">Counts where the mode is <c>consumption_usd</c>.</param>
/// <param name="TokensPerCredit">Counts where the mode is <c>consumption_tokens</c>.</param>
public sealed record TeamBudgetMode(string TeamId, string BudgetMode, decimal CreditsPerDollar, int TokensPerCredit);

internal sealed class SetBudgetModeValidator : AbstractValidator<SetBudgetMode>
{
    public SetBudgetModeValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.BudgetMode)
            .Must((command, mode) => mode is not null || command.CreditsPerDollar is not null || command.TokensPerCredit is not null)
            .WithMessage("is required, or credits_per_dollar, or tokens_per_credit.");
        this.ValidBudget();
    }
}

internal sealed class SetBudgetModeHandler(IWalletRepository wallets) : IRequestHandler<SetBudgetMode, Result<TeamBudgetMode>>
{
    public async Task<Result<TeamBudgetMode>> Handle(SetBudgetMode command, CancellationToken cancellationToken)
    {
        // Jobs are opened under the wallet's lock: none is opened by the old mode and charged by the new one.
        var wallet = await wallets.LockAsync(command.TeamId, cancellationToken);
        if (wallet is null)
            return CreditsErrors.WalletNotFound(command.TeamId);
        if (command.BudgetMode is not (null or "unlimited") && wallet.Spendable < 0)
            return CreditsErrors.Overdrawn(-wallet.Spendable);

        return await wallets.SetBudgetModeAsync(command, cancellationToken);
    }
}
