using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>What is held now for work that has not ended; the operator's.</summary>
public sealed record GetHolds : IRequest<Result<HoldsResponse>>;

/// <param name="Jobs">Of open jobs.</param>
/// <param name="Calls">Of running calls without a job.</param>
public sealed record HoldsResponse(HoldSum Jobs, HoldSum Calls);

/// <summary>Holds of one sort.</summary>
public sealed record HoldSum
{
    public required long Count { get; init; }

    public required decimal Credits { get; init; }

    /// <summary>Since when the oldest is held; null: there is none.</summary>
    public DateTimeOffset? OldestAt { get; init; }
}

internal sealed class GetHoldsHandler(ILedgerRepository ledger) : IRequestHandler<GetHolds, Result<HoldsResponse>>
{
    public async Task<Result<HoldsResponse>> Handle(GetHolds query, CancellationToken cancellationToken) =>
        await ledger.SumHoldsAsync(cancellationToken);
}
