using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Says how far below zero a team's wallet may go; what it owes then is taken from the next credits that it is granted.</summary>
public sealed record SetGrace(decimal? GraceCredits) : IRequest<Result<TeamGrace>>, ITransactional
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";
}

/// <param name="GraceCredits">0: none.</param>
/// <param name="CreditsAvailable">What new jobs can take, the grace included.</param>
public sealed record TeamGrace(string TeamId, decimal GraceCredits, decimal CreditsAvailable);

internal sealed class SetGraceValidator : AbstractValidator<SetGrace>
{
    public SetGraceValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.GraceCredits).NotNull().WithMessage("is required.").CreditAmount(zeroAllowed: true);
    }
}

internal sealed class SetGraceHandler(IWalletRepository wallets) : IRequestHandler<SetGrace, Result<TeamGrace>>
{
    public async Task<Result<TeamGrace>> Handle(SetGrace command, CancellationToken cancellationToken)
    {
        var wallet = await wallets.LockAsync(command.TeamId, cancellationToken);
        if (wallet is null)
            return CreditsErrors.WalletNotFound(command.TeamId);

        var grace = command.GraceCredits!.Value;
        var spendable = wallet.Available + grace;
        if (spendable < 0 && !wallet.Unlimited)
            return CreditsErrors.Overdrawn(-spendable);

        await wallets.SetGraceAsync(command.TeamId, grace, cancellationToken);
        return new TeamGrace(command.TeamId, grace, spendable);
    }
}
