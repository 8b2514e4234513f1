using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>The ledger of all wallets, newest first; the operator's.</summary>
/// <param name="Kind">Only transfers of this kind; null: all.</param>
public sealed record ListLedger(string? Kind, PageRequest Page) : IRequest<Result<LedgerEntryList>>;

/// <summary>A transfer, and in whose wallet it was.</summary>
public sealed record LedgerEntryResponse
{
    public required Guid TransactionId { get; init; }

    /// <summary>Whose wallet it is; null: an organization's pool or a user's allocation.</summary>
    public string? TeamId { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>Whose allocation it is; null: a team's wallet or the pool.</summary>
    public string? UserId { get; init; }

    /// <summary>allocation, reservation, charge, release, refund, adjustment, refill, expiry or writeoff.</summary>
    public required string Kind { get; init; }

    /// <summary>Credits moved, above zero.</summary>
    public required decimal Amount { get; init; }

    /// <summary>What new jobs could take after it, in credits.</summary>
    public required decimal BalanceAfter { get; init; }

    public Guid? JobId { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record LedgerEntryList(IReadOnlyList<LedgerEntryResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<LedgerEntryResponse> Transactions => Data;
}

internal sealed class ListLedgerValidator : AbstractValidator<ListLedger>
{
    private static readonly string[] Kinds =
        ["allocation", "reservation", "charge", "release", "refund", "adjustment", "refill", "expiry", "writeoff"];

    public ListLedgerValidator() =>
        RuleFor(query => query.Kind).Must(kind => kind is null || Kinds.Contains(kind)).WithMessage($"must be one of {string.Join(", ", Kinds)}.");
}

internal sealed class ListLedgerHandler(ILedgerRepository ledger) : IRequestHandler<ListLedger, Result<LedgerEntryList>>
{
    public async Task<Result<LedgerEntryList>> Handle(ListLedger query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var page = await ledger.ListAsync(query.Kind, start.Value, cancellationToken);
        return new LedgerEntryList(page.Rows, page.NextCursor);
    }
}
