using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.RateLimiting;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Takes and extends holds in batches: lock the counts, then the extended holds, then the wallets, each in the order of their
/// ids; let the domain decide; write it all; commit without waiting for the disk.
/// </summary>
internal sealed class HoldWriter([FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, SettlementMetrics metrics, LimiterMetrics limiter, TimeProvider time)
    : GroupCommit<GroupCommitItem>(metrics, "holds")
{
    public Task<Result<HeldCall>> HoldAsync(CallHold hold)
    {
        var item = new Taking(hold);
        Enqueue(item);
        return item.Task;
    }

    public Task<bool> ExtendAsync(Guid callId, decimal credits, DateTimeOffset expiresAt)
    {
        var item = new Extending(callId, credits, expiresAt);
        Enqueue(item);
        return item.Task;
    }

    protected override async Task WriteAsync(IReadOnlyList<GroupCommitItem> batch)
    {
        var takings = batch.OfType<Taking>().ToList();
        var extendings = batch.OfType<Extending>().ToList();
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);

        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var locked = await HoldSql.LockAsync(connection, transaction, takings, extendings, today);
        foreach (var extending in extendings)
            extending.Outcome = Extend(extending, locked);
        foreach (var taking in takings)
            taking.Outcome = Take(taking, locked, now);

        await HoldSql.WriteAndCommitAsync(connection, transaction, takings, extendings, locked);
        foreach (var taking in takings)
        {
            if (taking.IsOverQuota)
                limiter.RefusedByQuota();
        }
    }

    private static Result<HeldCall> Take(Taking taking, LockedHolds locked, DateTimeOffset now)
    {
        taking.Credits = null;
        taking.IsOverQuota = true;
        var hold = taking.Hold;
        List<QuotaCount>? counts = null;
        if (hold.Quota is { } quota)
        {
            if (CallQuota.IsTrialOver(quota.Tier, quota.TierSince, DateOnly.FromDateTime(now.UtcDateTime)))
                return CallQuota.TrialOver(quota.Tier);

            counts = locked.CountsOf(quota.OrganizationId);
            foreach (var count in counts)
            {
                if (count.IsFull)
                    return count.Refusal(now);
            }
        }

        taking.IsOverQuota = false;
        var available = 0m;
        var credits = 0m;
        if (hold.AccountId is { } accountId)
        {
            if (!locked.Wallets.TryGetValue(accountId, out var wallet))
                return MeteringErrors.OrganizationGone();

            credits = wallet.Unlimited ? hold.Credits : Math.Min(hold.Credits, Math.Max(wallet.Spendable, hold.LeastCredits));
            if (credits > 0 && wallet.Hold(credits, hold.CallId).Error is { } refused)
                return hold.IsPool ? CreditsErrors.PoolCannotPay(wallet.Spendable, credits) : refused;
            available = wallet.Spendable;
        }

        foreach (var count in counts ?? [])
            count.Take();
        taking.Credits = credits;
        return new HeldCall(credits, available, counts is [var longest, ..] ? longest.Left : default);
    }

    private static bool Extend(Extending extending, LockedHolds locked)
    {
        extending.Written = false;
        if (!locked.Holds.TryGetValue(extending.CallId, out var accountId))
            return false;
        if (extending.Credits > 0
            && (accountId is null || !locked.Wallets.TryGetValue(accountId.Value, out var wallet) || !wallet.Hold(extending.Credits, extending.CallId).IsSuccess))
            return false;

        extending.Written = true;
        return true;
    }

    internal sealed class Taking(CallHold hold) : GroupCommitItem<Result<HeldCall>>
    {
        public CallHold Hold { get; } = hold;

        /// <summary>What this batch holds for it; null where it was refused.</summary>
        public decimal? Credits { get; set; }

        /// <summary>True where it was refused for the count of calls that its tier allows.</summary>
        public bool IsOverQuota { get; set; }
    }

    internal sealed class Extending(Guid callId, decimal credits, DateTimeOffset expiresAt) : GroupCommitItem<bool>
    {
        public Guid CallId { get; } = callId;

        public decimal Credits { get; } = credits;

        public DateTimeOffset ExpiresAt { get; } = expiresAt;

        /// <summary>True where this batch extends it.</summary>
        public bool Written { get; set; }
    }
}

/// <summary>What a batch has locked.</summary>
/// <param name="Holds">The wallets of the holds that are to be extended.</param>
internal sealed record LockedHolds(
    Dictionary<Guid, CreditLedger> Wallets,
    Dictionary<Guid, Guid?> Holds,
    Dictionary<string, List<QuotaCount>> Counts)
{
    public List<QuotaCount> CountsOf(string organizationId) => Counts.GetValueOrDefault(organizationId) ?? [];
}
