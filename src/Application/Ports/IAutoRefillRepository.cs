using SaasLlm.Application.Credits;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>Refills of teams and the periods for which they were granted.</summary>
public interface IAutoRefillRepository
{
    /// <summary>False where there is no such team. What was enabled with the same period keeps its next day.</summary>
    Task<bool> EnableAsync(string teamId, decimal credits, string period, DateOnly nextOn, CancellationToken cancellationToken);

    /// <summary>False where there is no such team.</summary>
    Task<bool> DisableAsync(string teamId, CancellationToken cancellationToken);

    /// <summary>Null where there is no such team.</summary>
    Task<AutoRefillResponse?> GetAsync(string teamId, CancellationToken cancellationToken);

    /// <summary>Refills of which a period has begun, locked with their wallets until the transaction ends. What another node is at is left out.</summary>
    Task<IReadOnlyList<AutoRefill>> LockDueAsync(DateOnly today, int limit, CancellationToken cancellationToken);

    /// <summary>Writes what they granted and when they are due again.</summary>
    Task SaveAsync(IReadOnlyList<AutoRefill> refills, CancellationToken cancellationToken);
}
