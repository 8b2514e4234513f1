using SaasLlm.Application.Credits;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>Pools of subscribed organizations and the months for which they were granted their tier's credits.</summary>
public interface IPoolResetRepository
{
    /// <summary>
    /// Pools that this month has not been granted to, locked until the transaction ends and opened where there were none.
    /// What another node is at is left out.
    /// </summary>
    /// <param name="month">Its first day.</param>
    Task<IReadOnlyList<DuePool>> LockDueAsync(DateOnly month, DuePools which, CancellationToken cancellationToken);

    /// <summary>Writes the resets with what they moved.</summary>
    Task SaveAsync(DateOnly month, IReadOnlyList<PoolReset> resets, CancellationToken cancellationToken);
}

/// <summary>A pool whose month has not been granted yet.</summary>
/// <param name="CreditsPerMonth">What the organization's tier grants.</param>
/// <param name="LastGrant">What it was granted the last time; 0: nothing yet.</param>
/// <param name="UsedBefore">What all wallets of the organization had used when that was granted.</param>
/// <param name="Used">What they have used now.</param>
public sealed record DuePool(string OrganizationId, CreditLedger Pool, decimal CreditsPerMonth, decimal LastGrant, decimal UsedBefore, decimal Used);

/// <summary>A pool that has been granted its month.</summary>
/// <param name="Granted">Credits granted.</param>
/// <param name="Expired">Credits of the grant before that ended.</param>
/// <param name="UsedBefore">What all wallets of the organization had used until then.</param>
public sealed record PoolReset(string OrganizationId, CreditLedger Pool, decimal Granted, decimal Expired, decimal UsedBefore);
