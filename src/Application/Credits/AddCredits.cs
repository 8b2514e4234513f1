using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Grants a team credits. With an idempotency key, once, however often it is sent.</summary>
public sealed record AddCredits(Caller Caller, string? TeamId, decimal? Credits, string? Reason, string? IdempotencyKey)
    : IRequest<Result<TeamCreditsAdded>>, ITransactional;

/// <param name="CreditsRemaining">What the wallet then had.</param>
/// <param name="TransactionId">The ledger's entry.</param>
public sealed record TeamCreditsAdded(
    string TeamId,
    [property: System.Text.Json.Serialization.JsonPropertyName("credits_added")] decimal Amount,
    decimal CreditsRemaining,
    Guid TransactionId);

internal sealed class AddCreditsValidator : AbstractValidator<AddCredits>
{
    public AddCreditsValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.Credits).NotNull().WithMessage("is required.").CreditAmount();
        RuleFor(command => command.Reason).ValidText();
        RuleFor(command => command.IdempotencyKey).ValidIdempotencyKey();
    }
}

internal sealed class AddCreditsHandler(IWalletRepository wallets, IIdempotencyRepository idempotency)
    : IRequestHandler<AddCredits, Result<TeamCreditsAdded>>
{
    public async Task<Result<TeamCreditsAdded>> Handle(AddCredits command, CancellationToken cancellationToken)
    {
        // The lock makes a repeat wait for the first to commit, so that it finds its answer.
        var wallet = await wallets.LockAsync(command.TeamId!, cancellationToken);
        if (wallet is null)
            return CreditsErrors.WalletNotFound(command.TeamId!);

        var request = IdempotentRequest.Of(
            command.Caller, command.IdempotencyKey, "credits.add", [command.TeamId!, RequestText.Of(command.Credits!.Value), command.Reason]);
        if (request is not null && await idempotency.FindAsync<TeamCreditsAdded>(request, cancellationToken) is { } earlier)
            return earlier;

        var transfer = wallet.Allocate(command.Credits!.Value, command.Reason, command.IdempotencyKey);
        if (!transfer.IsSuccess)
            return transfer.Error;

        await wallets.SaveAsync(wallet, cancellationToken);
        var added = new TeamCreditsAdded(command.TeamId!, command.Credits.Value, wallet.Remaining, transfer.Value.TransferId);
        if (request is not null)
            await idempotency.SaveAsync(request, added, cancellationToken);

        return added;
    }
}
