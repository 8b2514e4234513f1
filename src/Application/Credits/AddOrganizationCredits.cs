using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Grants an organization's pool credits. With an idempotency key, once, however often it is sent.</summary>
public sealed record AddOrganizationCredits(Caller Caller, string OrganizationId, decimal? Credits, string? Reason, string? IdempotencyKey)
    : IRequest<Result<OrganizationCreditsAdded>>, ITransactional;

/// <param name="CreditsRemaining">What the pool then had.</param>
/// <param name="TransactionId">The ledger's entry.</param>
public sealed record OrganizationCreditsAdded(
    string OrganizationId,
    [property: System.Text.Json.Serialization.JsonPropertyName("credits_added")] decimal Amount,
    decimal CreditsRemaining,
    Guid TransactionId);

internal sealed class AddOrganizationCreditsValidator : AbstractValidator<AddOrganizationCredits>
{
    public AddOrganizationCreditsValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.Credits).NotNull().WithMessage("is required.").CreditAmount();
        RuleFor(command => command.Reason).ValidText();
        RuleFor(command => command.IdempotencyKey).ValidIdempotencyKey();
    }
}

internal sealed class AddOrganizationCreditsHandler(IOrganizationWalletRepository wallets, IIdempotencyRepository idempotency)
    : IRequestHandler<AddOrganizationCredits, Result<OrganizationCreditsAdded>>
{
    public async Task<Result<OrganizationCreditsAdded>> Handle(AddOrganizationCredits command, CancellationToken cancellationToken)
    {
        // The lock makes a repeat wait for the first to commit, so that it finds its answer.
        var pool = await wallets.LockPoolAsync(command.OrganizationId, cancellationToken);
        if (pool is null)
            return OrganizationsErrors.NotFound(command.OrganizationId);

        var request = IdempotentRequest.Of(
            command.Caller,
            command.IdempotencyKey,
            "organizations.credits.add",
            [command.OrganizationId, RequestText.Of(command.Credits!.Value), command.Reason]);
        if (request is not null && await idempotency.FindAsync<OrganizationCreditsAdded>(request, cancellationToken) is { } earlier)
            return earlier;

        var transfer = pool.Allocate(command.Credits!.Value, command.Reason, command.IdempotencyKey);
        if (!transfer.IsSuccess)
            return transfer.Error;

        await wallets.SaveAsync([pool], cancellationToken);
        var added = new OrganizationCreditsAdded(command.OrganizationId, command.Credits.Value, pool.Remaining, transfer.Value.TransferId);
        if (request is not null)
            await idempotency.SaveAsync(request, added, cancellationToken);

        return added;
    }
}
