using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>What the caller's wallet can still pay.</summary>
public sealed record GetCallerCredits(Caller Caller) : IRequest<Result<CallerCredits>>;

/// <summary>The caller's wallet: its own, or the pool of its organization. Amounts in credits, of which 1,000 are one USD.</summary>
public sealed record CallerCredits
{
    /// <summary>The user, the service or the team.</summary>
    public required string? UserId { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>Credits not yet charged, held ones included.</summary>
    public required decimal CreditsRemaining { get; init; }

    /// <summary>Credits that new calls can take.</summary>
    public required decimal CreditsAvailable { get; init; }

    public required decimal CreditsAllocated { get; init; }

    public required decimal CreditsUsed { get; init; }

    /// <summary>Credits that running calls hold.</summary>
    public required decimal CreditsReserved { get; init; }

    /// <summary><c>allocation</c>, <c>pool</c> or <c>team</c>.</summary>
    public required string Wallet { get; init; }

    /// <summary>Null where the organization has none.</summary>
    public required string? Tier { get; init; }

    /// <summary>Calls a month that the tier allows; null: no limit.</summary>
    public required int? MonthlyCap { get; init; }
}

internal sealed class GetCallerCreditsHandler(IPayerDirectory payers, IMeteringRepository metering) : IRequestHandler<GetCallerCredits, Result<CallerCredits>>
{
    public async Task<Result<CallerCredits>> Handle(GetCallerCredits query, CancellationToken cancellationToken)
    {
        var found = await payers.FindAsync(query.Caller, cancellationToken);
        if (!found.IsSuccess)
            return found.Error;

        var payer = found.Value;
        var wallet = await metering.GetWalletAsync(payer.AccountId, cancellationToken);
        return new CallerCredits
        {
            UserId = query.Caller.UserId ?? query.Caller.TeamId,
            OrganizationId = payer.OrganizationId,
            CreditsRemaining = wallet.Allocated - wallet.Used,
            CreditsAvailable = wallet.Allocated - wallet.Used - wallet.Reserved,
            CreditsAllocated = wallet.Allocated,
            CreditsUsed = wallet.Used,
            CreditsReserved = wallet.Reserved,
            Wallet = query.Caller.TeamId is not null ? "team" : payer.IsPool ? "pool" : "allocation",
            Tier = payer.Tier?.Name,
            MonthlyCap = query.Caller.Kind == CallerKind.Service ? null : payer.Tier?.MonthlyCalls,
        };
    }
}
