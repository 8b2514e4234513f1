using SaasLlm.Application.Credits;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>Team wallets and their ledger.</summary>
public interface IWalletRepository
{
    /// <summary>Makes the wallet of a new team.</summary>
    Task<CreditLedger> OpenAsync(string teamId, bool unlimited, CancellationToken cancellationToken);

    /// <summary>The wallet with its row locked until the transaction ends; null where there is no such team.</summary>
    Task<CreditLedger?> LockAsync(string teamId, CancellationToken cancellationToken);

    /// <summary>Writes the transfers decided since the wallet was loaded, and its columns.</summary>
    Task SaveAsync(CreditLedger wallet, CancellationToken cancellationToken);

    /// <summary>Sets what is given of how the team's new jobs are charged. The wallet must be locked.</summary>
    Task<TeamBudgetMode> SetBudgetModeAsync(SetBudgetMode change, CancellationToken cancellationToken);

    /// <summary>The wallet must be locked.</summary>
    Task SetGraceAsync(string teamId, decimal grace, CancellationToken cancellationToken);

    Task<BalanceResponse?> GetBalanceAsync(string teamId, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<Page<TransactionResponse>> ListTransactionsAsync(string teamId, PageStart page, CancellationToken cancellationToken);
}
