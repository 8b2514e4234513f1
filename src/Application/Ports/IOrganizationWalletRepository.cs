using SaasLlm.Application.Credits;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>Wallets of organizations: the pool that all its users share, and what of it is allocated to single ones.</summary>
public interface IOrganizationWalletRepository
{
    /// <summary>The pool with its row locked until the transaction ends, opened where there was none; null where there is no such organization.</summary>
    Task<CreditLedger?> LockPoolAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>The pool and a user's allocation, both opened where there were none and locked in the ledger's order; null where there is no such organization.</summary>
    Task<LockedAllocation?> LockAllocationAsync(string organizationId, string userId, CancellationToken cancellationToken);

    /// <summary>The pool and every allocation, locked.</summary>
    Task<IReadOnlyList<CreditLedger>> LockAllAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Writes the transfers decided since the wallets were loaded, and their columns.</summary>
    Task SaveAsync(IReadOnlyList<CreditLedger> wallets, CancellationToken cancellationToken);

    /// <summary>False where there is no such wallet.</summary>
    /// <param name="userId">Null: the pool.</param>
    Task<bool> SetHoldPolicyAsync(string organizationId, string? userId, string holdPolicy, CancellationToken cancellationToken);

    /// <summary>What the pool holds, allocations left out; opened where there was none; null where there is no such organization.</summary>
    Task<OrganizationCreditsResponse?> GetPoolAsync(string organizationId, CancellationToken cancellationToken);

    Task<AllocationResponse?> GetAllocationAsync(string organizationId, string userId, CancellationToken cancellationToken);

    /// <summary>In the order of the users' ids.</summary>
    Task<Page<AllocationResponse>> ListAllocationsAsync(string organizationId, PageStart page, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="userId">Null: the pool's.</param>
    Task<Page<TransactionResponse>> ListTransactionsAsync(string organizationId, string? userId, PageStart page, CancellationToken cancellationToken);
}

/// <param name="Pool">What the organization's users share.</param>
/// <param name="Allocation">What one of them has of it.</param>
/// <param name="Opened">True where the allocation is new.</param>
public sealed record LockedAllocation(CreditLedger Pool, CreditLedger Allocation, bool Opened);
