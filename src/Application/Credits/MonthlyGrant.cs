using System.Globalization;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Credits;

/// <summary>Which pools to reset.</summary>
/// <param name="OrganizationId">Only this one's; null: all that are due.</param>
/// <param name="Limit">At most so many.</param>
public sealed record DuePools(string? OrganizationId = null, int Limit = 200);

/// <summary>
/// Grants subscribed organizations their month: what is left of the last month's grant expires, what was bought stays, and the tier's
/// credits are granted. It belongs to a running transaction. Any number of nodes may do it at once: a pool is reset under its
/// organization's lock, and the month's row, written with it, keeps everybody else away.
/// </summary>
public sealed class MonthlyGrant(IPoolResetRepository resets, TimeProvider time)
{
    public async Task<PoolsReset> RunAsync(DuePools which, CancellationToken cancellationToken)
    {
        var today = time.GetUtcNow().UtcDateTime;
        var month = new DateOnly(today.Year, today.Month, 1);
        var due = await resets.LockDueAsync(month, which, cancellationToken);
        if (due.Count == 0)
            return new PoolsReset(0, 0);

        var done = new List<PoolReset>(due.Count);
        var period = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        foreach (var pool in due)
        {
            if (Reset(pool, period) is { } reset)
                done.Add(reset);
        }

        await resets.SaveAsync(month, done, cancellationToken);
        return new PoolsReset(done.Count, due.Count - done.Count);
    }

    /// <summary>Null where the pool cannot hold the grant. Calls use up the grant before what was bought.</summary>
    private static PoolReset? Reset(DuePool due, string period)
    {
        var used = decimal.Max(due.Used - due.UsedBefore, 0);
        var left = decimal.Max(due.LastGrant - used, 0);
        var expired = decimal.Min(due.Pool.Available, left);
        if (expired > 0)
            due.Pool.Expire(expired, $"Left of the grant before {period}");

        return due.Pool.Refill(due.CreditsPerMonth, $"Grant for {period}").IsSuccess
            ? new PoolReset(due.OrganizationId, due.Pool, due.CreditsPerMonth, expired, due.Used)
            : null;
    }
}
