using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Metering;
using SaasLlm.Infrastructure.Credits;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The statements of <see cref="HoldWriter"/>: one round trip to lock, one to write.</summary>
internal static class HoldSql
{
    private const string DoNotWaitForDisk =
        """
        set local synchronous_commit = off
        """;

    private const string OpenCounts =
        """
        insert into quota_usage (organization_id, period, starts_on)
        select organization_id, period, starts_on
        from (
            select
                unnest(@organization_id) as organization_id, unnest(@period) as period, unnest(@starts_on) as starts_on
        ) as count
        order by organization_id, period, starts_on
        on conflict do nothing
        """;

    private const string LockCounts =
        """
        select usage.organization_id, usage.period, usage.starts_on, usage.calls
        from quota_usage as usage
        join (
            select
                unnest(@organization_id) as organization_id, unnest(@period) as period, unnest(@starts_on) as starts_on
        ) as count using (organization_id, period, starts_on)
        order by usage.organization_id, usage.period, usage.starts_on
        for no key update of usage
        """;

    private const string LockHolds =
        """
        select call_id, account_id
        from call_holds
        where call_id = any(@call_id)
        order by call_id
        for no key update
        """;

    /// <summary>The wallets of new holds, and of those that are extended.</summary>
    private const string LockWallets =
        """
        select account.account_id, account.allocated, account.used, account.reserved, account.unlimited, account.grace
        from credit_accounts as account
        where account.account_id = any(@account_id)
        or account.account_id in (
            select hold.account_id
            from call_holds as hold
            where hold.call_id = any(@call_id))
        order by account.account_id
        for no key update of account
        """;

    private const string InsertHolds =
        """
        insert into call_holds (
            call_id, account_id, credits, organization_id, team_id, user_id, operation, model, streamed, prompt_tokens,
            estimated_cost_usd, request_id, created_at, expires_at)
        select
            call_id, account_id, credits, organization_id, team_id, user_id, operation, model, streamed, prompt_tokens,
            estimated_cost_usd, request_id, created_at, expires_at
        from (
            select
                unnest(@call_id) as call_id, unnest(@account_id) as account_id, unnest(@credits) as credits,
                unnest(@organization_id) as organization_id, unnest(@team_id) as team_id, unnest(@user_id) as user_id,
                unnest(@operation) as operation, unnest(@model) as model, unnest(@streamed) as streamed,
                unnest(@prompt_tokens) as prompt_tokens, unnest(@estimated_cost_usd) as estimated_cost_usd,
                unnest(@request_id) as request_id, unnest(@created_at) as created_at, unnest(@expires_at) as expires_at
        ) as hold
        """;

    private const string ExtendHolds =
        """
        update call_holds
        set credits = call_holds.credits + extension.credits,
            expires_at = greatest(call_holds.expires_at, extension.expires_at)
        from (
            select call_id, sum(credits) as credits, max(expires_at) as expires_at
            from (
                select unnest(@call_id) as call_id, unnest(@credits) as credits, unnest(@expires_at) as expires_at
            ) as one
            group by call_id
        ) as extension
        where call_holds.call_id = extension.call_id
        """;

    private const string UpdateCounts =
        """
        update quota_usage
        set calls = count.calls
        from (
            select
                unnest(@organization_id) as organization_id, unnest(@period) as period, unnest(@starts_on) as starts_on,
                unnest(@calls) as calls
        ) as count
        where quota_usage.organization_id = count.organization_id
        and quota_usage.period = count.period
        and quota_usage.starts_on = count.starts_on
        """;

    public static async Task<LockedHolds> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<HoldWriter.Taking> takings, List<HoldWriter.Extending> extendings, DateOnly today)
    {
        var limits = LimitsOf(takings, today);
        var extended = extendings.ConvertAll(static extending => extending.CallId);
        await using var batch = new NpgsqlBatch(connection, transaction);
        Command(batch, DoNotWaitForDisk, 0);
        if (limits.Count > 0)
        {
            AddKeys(Command(batch, OpenCounts, limits.Count), limits);
            AddKeys(Command(batch, LockCounts, limits.Count), limits);
        }

        if (extended.Count > 0)
            Command(batch, LockHolds, extended.Count).Add("call_id", NpgsqlDbType.Uuid, extended, static id => id);

        var accounts = takings.Select(static taking => taking.Hold.AccountId).OfType<Guid>().Distinct().ToList();
        Command(batch, LockWallets, accounts.Count).Add("account_id", NpgsqlDbType.Uuid, accounts, static id => id);
        new ParameterColumns(batch.BatchCommands[^1].Parameters, extended.Count).Add("call_id", NpgsqlDbType.Uuid, extended, static id => id);

        var locked = new LockedHolds([], [], new Dictionary<string, List<QuotaCount>>(StringComparer.Ordinal));
        await using var reader = await batch.ExecuteReaderAsync();
        if (limits.Count > 0)
        {
            await ReadCountsAsync(reader, limits, locked);
            await reader.NextResultAsync();
        }

        if (extended.Count > 0)
        {
            while (await reader.ReadAsync())
                locked.Holds.Add(reader.GetGuid(0), await reader.IsDBNullAsync(1) ? null : reader.GetGuid(1));
            await reader.NextResultAsync();
        }

        while (await reader.ReadAsync())
        {
            var wallet = WalletRow.Read(reader);
            locked.Wallets.Add(wallet.WalletId, wallet);
        }

        return locked;
    }

    public static async Task WriteAndCommitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<HoldWriter.Taking> takings, List<HoldWriter.Extending> extendings, LockedHolds locked)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AppendHolds(batch, takings.FindAll(static taking => taking.Credits is not null));
        var written = extendings.FindAll(static extending => extending.Written);
        if (written.Count > 0)
        {
            var columns = Command(batch, ExtendHolds, written.Count);
            columns.Add("call_id", NpgsqlDbType.Uuid, written, static extending => extending.CallId);
            columns.Add("credits", NpgsqlDbType.Numeric, written, static extending => extending.Credits);
            columns.Add("expires_at", NpgsqlDbType.TimestampTz, written, static extending => extending.ExpiresAt.UtcDateTime);
        }

        var counts = locked.Counts.SelectMany(static of => of.Value.Select(count => (OrganizationId: of.Key, Count: count))).ToList();
        if (counts.Count > 0)
        {
            var columns = Command(batch, UpdateCounts, counts.Count);
            columns.Add("organization_id", NpgsqlDbType.Text, counts, static count => count.OrganizationId);
            columns.Add("period", NpgsqlDbType.Text, counts, static count => QuotaPeriodNames.Of(count.Count.Period));
            columns.Add("starts_on", NpgsqlDbType.Date, counts, static count => count.Count.StartsOn);
            columns.Add("calls", NpgsqlDbType.Bigint, counts, static count => count.Count.Calls);
        }

        WalletBatch.Append(batch, [.. locked.Wallets.Values]);
        await batch.ExecuteAndCommitAsync();
    }

    private static void AppendHolds(NpgsqlBatch batch, List<HoldWriter.Taking> taken)
    {
        if (taken.Count == 0)
            return;

        var columns = Command(batch, InsertHolds, taken.Count);
        columns.Add("call_id", NpgsqlDbType.Uuid, taken, static taking => taking.Hold.CallId);
        columns.Add("account_id", NpgsqlDbType.Uuid, taken, static taking => taking.Hold.AccountId);
        columns.Add("credits", NpgsqlDbType.Numeric, taken, static taking => taking.Credits!.Value);
        columns.Add("organization_id", NpgsqlDbType.Text, taken, static taking => taking.Hold.OrganizationId);
        columns.Add("team_id", NpgsqlDbType.Text, taken, static taking => taking.Hold.TeamId);
        columns.Add("user_id", NpgsqlDbType.Text, taken, static taking => taking.Hold.UserId);
        columns.Add("operation", NpgsqlDbType.Text, taken, static taking => taking.Hold.Operation);
        columns.Add("model", NpgsqlDbType.Text, taken, static taking => taking.Hold.Model);
        columns.Add("streamed", NpgsqlDbType.Boolean, taken, static taking => taking.Hold.Streamed);
        columns.Add("prompt_tokens", NpgsqlDbType.Integer, taken, static taking => taking.Hold.PromptTokens);
        columns.Add("estimated_cost_usd", NpgsqlDbType.Numeric, taken, static taking => taking.Hold.EstimatedCostUsd);
        columns.Add("request_id", NpgsqlDbType.Text, taken, static taking => taking.Hold.RequestId);
        columns.Add("created_at", NpgsqlDbType.TimestampTz, taken, static taking => taking.Hold.CreatedAt.UtcDateTime);
        columns.Add("expires_at", NpgsqlDbType.TimestampTz, taken, static taking => taking.Hold.ExpiresAt.UtcDateTime);
    }

    private static List<CountLimit> LimitsOf(List<HoldWriter.Taking> takings, DateOnly today) =>
    [
        .. takings
            .Select(static taking => taking.Hold.Quota)
            .OfType<QuotaTerms>()
            .DistinctBy(static quota => quota.OrganizationId, StringComparer.Ordinal)
            .SelectMany(quota => CallQuota.On(quota.Tier, quota.TierSince, today)
                .Select(count => new CountLimit(quota.OrganizationId, count.Period, count.StartsOn, count.EndsOn, count.Limit))),
    ];

    private static void AddKeys(ParameterColumns columns, List<CountLimit> limits)
    {
        columns.Add("organization_id", NpgsqlDbType.Text, limits, static limit => limit.OrganizationId);
        columns.Add("period", NpgsqlDbType.Text, limits, static limit => QuotaPeriodNames.Of(limit.Period));
        columns.Add("starts_on", NpgsqlDbType.Date, limits, static limit => limit.StartsOn);
    }

    private static async Task ReadCountsAsync(NpgsqlDataReader reader, List<CountLimit> limits, LockedHolds locked)
    {
        var calls = new Dictionary<(string, string), long>();
        while (await reader.ReadAsync())
            calls[(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(3);

        foreach (var limit in limits)
        {
            var count = new QuotaCount(limit.Period, limit.StartsOn, limit.Limit, limit.EndsOn, calls[(limit.OrganizationId, QuotaPeriodNames.Of(limit.Period))]);
            if (!locked.Counts.TryGetValue(limit.OrganizationId, out var counts))
                locked.Counts.Add(limit.OrganizationId, counts = []);
            counts.Add(count);
        }
    }

    private static ParameterColumns Command(NpgsqlBatch batch, string sql, int rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new ParameterColumns(command.Parameters, rows);
    }

    private readonly record struct CountLimit(string OrganizationId, QuotaPeriod Period, DateOnly StartsOn, DateOnly EndsOn, int Limit);
}
