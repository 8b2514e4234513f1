using SaasLlm.Application.Credits;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>The ledger over all wallets, as it is read.</summary>
public interface ILedgerRepository
{
    /// <summary>Newest first. The page's key is a transaction's id.</summary>
    /// <param name="kind">Null: of every kind.</param>
    Task<Page<LedgerEntryResponse>> ListAsync(string? kind, PageStart page, CancellationToken cancellationToken);

    Task<HoldsResponse> SumHoldsAsync(CancellationToken cancellationToken);
}
