using Npgsql;
using NpgsqlTypes;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Metering;
using SaasLlm.Infrastructure.Credits;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The statements of <see cref="ChargeWriter"/>: one round trip to lock, one to write.</summary>
internal static class ChargeSql
{
    private const string TakeHolds =
        """
        with ended as (
            select call_id
            from call_holds
            where call_id = any(@call_id)
            order by call_id
            for update
        )
        delete from call_holds
        using ended
        where call_holds.call_id = ended.call_id
        returning call_holds.call_id, call_holds.credits
        """;

    private const string FindRecorded =
        """
        select call_id
        from llm_calls
        where call_id = any(@call_id)
        """;

    private const string LockWallets =
        """
        select account.account_id, account.allocated, account.used, account.reserved, account.unlimited, account.grace
        from credit_accounts as account
        where account.account_id = any(@account_id)
        order by account.account_id
        for no key update of account
        """;

    private const string InsertCalls =
        """
        with queued as (
            insert into calls_to_roll (call_id)
            select call_id
            from unnest(@call_id) as call (call_id)
        )
        insert into llm_calls (
            call_id, team_id, organization_id, user_id, account_id, operation, purpose, model_group, model, provider, upstream_model,
            status, error_code, error, streamed, late, prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens,
            reasoning_tokens, usage_source, input_usd_per_million, output_usd_per_million, cached_input_usd_per_million,
            cache_write_usd_per_million, cost_usd, client_cost_usd, hedge_cost_usd, estimated_cost_usd, power_level, power_multiplier, markup_percent,
            credits, credits_written_off, byok_key_id, latency_ms, attempts, finish_reason, request_id, created_at)
        select
            call_id, team_id, organization_id, user_id, account_id, operation, purpose, model_group, model, provider, upstream_model,
            case when succeeded then 'succeeded' else 'failed' end, error_code, error, streamed, false, prompt_tokens, completion_tokens,
            cached_tokens, cache_write_tokens, reasoning_tokens, usage_source, input_price, output_price, cached_price,
            cache_write_price, cost_usd, client_cost_usd, hedge_cost_usd, estimated_cost_usd, power_level, power_multiplier, markup_percent,
            credits, credits_written_off, byok_key_id, latency_ms, attempts, finish_reason, request_id, created_at
        from (
            select
                unnest(@call_id) as call_id, unnest(@team_id) as team_id, unnest(@organization_id) as organization_id,
                unnest(@user_id) as user_id, unnest(@account_id) as account_id, unnest(@operation) as operation,
                unnest(@purpose) as purpose, unnest(@model_group) as model_group, unnest(@model) as model,
                unnest(@provider) as provider, unnest(@upstream_model) as upstream_model, unnest(@succeeded) as succeeded,
                unnest(@error_code) as error_code, unnest(@error) as error, unnest(@streamed) as streamed,
                unnest(@prompt_tokens) as prompt_tokens, unnest(@completion_tokens) as completion_tokens,
                unnest(@cached_tokens) as cached_tokens, unnest(@cache_write_tokens) as cache_write_tokens,
                unnest(@reasoning_tokens) as reasoning_tokens, unnest(@usage_source) as usage_source,
                unnest(@input_price) as input_price, unnest(@output_price) as output_price, unnest(@cached_price) as cached_price,
                unnest(@cache_write_price) as cache_write_price, unnest(@cost_usd) as cost_usd,
                unnest(@client_cost_usd) as client_cost_usd, unnest(@hedge_cost_usd) as hedge_cost_usd,
                unnest(@estimated_cost_usd) as estimated_cost_usd, unnest(@power_level) as power_level,
                unnest(@power_multiplier) as power_multiplier, unnest(@markup_percent) as markup_percent,
                unnest(@credits) as credits, unnest(@credits_written_off) as credits_written_off,
                unnest(@byok_key_id) as byok_key_id, unnest(@latency_ms) as latency_ms, unnest(@attempts) as attempts,
                unnest(@finish_reason) as finish_reason, unnest(@request_id) as request_id, unnest(@created_at) as created_at
        ) as call
        """;

    public static async Task<LockedCharges> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ChargeWriter.Pending> ended, int timeoutSeconds)
    {
        var accounts = ended.Select(static pending => pending.Call.AccountId).OfType<Guid>().Distinct().ToList();
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = timeoutSeconds };
        foreach (var sql in (ReadOnlySpan<string>)[TakeHolds, FindRecorded])
            Command(batch, sql, ended.Count).Add("call_id", NpgsqlDbType.Uuid, ended, static pending => pending.Call.Record.CallId);
        Command(batch, LockWallets, accounts.Count).Add("account_id", NpgsqlDbType.Uuid, accounts, static id => id);

        var locked = new LockedCharges([], [], []);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            locked.Holds.Add(reader.GetGuid(0), reader.GetDecimal(1));

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            locked.Recorded.Add(reader.GetGuid(0));

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var wallet = WalletRow.Read(reader);
            locked.Wallets.Add(wallet.WalletId, wallet);
        }

        return locked;
    }

    public static async Task WriteAndCommitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ChargeWriter.Pending> ended, LockedCharges locked, int timeoutSeconds)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = timeoutSeconds };
        AppendCalls(batch, [.. ended.Where(static pending => pending.Written)]);
        WalletBatch.Append(batch, [.. locked.Wallets.Values]);
        await batch.ExecuteAndCommitAsync();
    }

    private static void AppendCalls(NpgsqlBatch batch, List<ChargeWriter.Pending> written)
    {
        if (written.Count == 0)
            return;

        var columns = Command(batch, InsertCalls, written.Count);
        columns.Add("call_id", NpgsqlDbType.Uuid, written, static item => item.Call.Record.CallId);
        columns.Add("team_id", NpgsqlDbType.Text, written, static item => item.Call.Record.TeamId);
        columns.Add("organization_id", NpgsqlDbType.Text, written, static item => item.Call.OrganizationId);
        columns.Add("user_id", NpgsqlDbType.Text, written, static item => item.Call.UserId);
        columns.Add("account_id", NpgsqlDbType.Uuid, written, static item => item.Call.AccountId);
        columns.Add("operation", NpgsqlDbType.Text, written, static item => item.Call.Operation);
        columns.Add("purpose", NpgsqlDbType.Text, written, static item => item.Call.Record.Purpose);
        columns.Add("model_group", NpgsqlDbType.Text, written, static item => item.Call.Record.ModelGroup);
        columns.Add("model", NpgsqlDbType.Text, written, static item => item.Call.Record.Model?.Alias);
        columns.Add("provider", NpgsqlDbType.Text, written, static item => item.Call.Record.Model?.Provider);
        columns.Add("upstream_model", NpgsqlDbType.Text, written, static item => item.Call.Record.Model?.UpstreamModel);
        columns.Add("succeeded", NpgsqlDbType.Boolean, written, static item => item.Call.Record.Succeeded);
        columns.Add("error_code", NpgsqlDbType.Text, written, static item => item.Call.Record.ErrorCode);
        columns.Add("error", NpgsqlDbType.Text, written, static item => StorableText.Of(item.Call.Record.Error));
        columns.Add("streamed", NpgsqlDbType.Boolean, written, static item => item.Call.Record.Streamed);
        columns.Add("prompt_tokens", NpgsqlDbType.Integer, written, static item => item.Call.Record.Usage.PromptTokens);
        columns.Add("completion_tokens", NpgsqlDbType.Integer, written, static item => item.Call.Record.Usage.CompletionTokens);
        columns.Add("cached_tokens", NpgsqlDbType.Integer, written, static item => item.Call.Record.Usage.CachedTokens);
        columns.Add("cache_write_tokens", NpgsqlDbType.Integer, written, static item => item.Call.Record.Usage.CacheWriteTokens);
        columns.Add("reasoning_tokens", NpgsqlDbType.Integer, written, static item => item.Call.Record.Usage.ReasoningTokens);
        columns.Add("usage_source", NpgsqlDbType.Text, written, static item => UsageSourceNames.Of(item.Call.Record.UsageSource));
        columns.Add("input_price", NpgsqlDbType.Numeric, written, static item => item.Call.Record.Model?.Prices?.InputUsdPerMillion);
        columns.Add("output_price", NpgsqlDbType.Numeric, written, static item => item.Call.Record.Model?.Prices?.OutputUsdPerMillion);
        columns.Add("cached_price", NpgsqlDbType.Numeric, written, static item => item.Call.Record.Model?.Prices?.CachedInputUsdPerMillion);
        columns.Add("cache_write_price", NpgsqlDbType.Numeric, written, static item => item.Call.Record.Model?.Prices?.CacheWriteUsdPerMillion);
        columns.Add("cost_usd", NpgsqlDbType.Numeric, written, static item => item.Call.Record.CostUsd);
        columns.Add("client_cost_usd", NpgsqlDbType.Numeric, written, static item => item.Call.Record.ClientCostUsd ?? item.Call.Record.CostUsd);
        columns.Add("hedge_cost_usd", NpgsqlDbType.Numeric, written, static item => item.Call.Record.HedgeCostUsd);
        columns.Add("estimated_cost_usd", NpgsqlDbType.Numeric, written, static item => item.Call.Record.EstimatedCostUsd);
        columns.Add("power_level", NpgsqlDbType.Text, written, static item => item.Call.Rate is { } rate ? PowerLevels.NameOf(rate.Power) : null);
        columns.Add("power_multiplier", NpgsqlDbType.Numeric, written, static item => item.Call.Rate is { } rate ? PowerLevels.MultiplierOf(rate.Power) : default(decimal?));
        columns.Add("markup_percent", NpgsqlDbType.Numeric, written, static item => item.Call.Rate?.MarkupPercent);
        columns.Add("credits", NpgsqlDbType.Numeric, written, static item => item.Call.AccountId is null ? 0 : item.Call.Credits);
        columns.Add("credits_written_off", NpgsqlDbType.Numeric, written, static item => item.WrittenOff);
        columns.Add("byok_key_id", NpgsqlDbType.Uuid, written, static item => item.Call.ByokKeyId);
        columns.Add("latency_ms", NpgsqlDbType.Integer, written, static item => item.Call.Record.LatencyMs);
        columns.Add("attempts", NpgsqlDbType.Integer, written, static item => item.Call.Record.Attempts);
        columns.Add("finish_reason", NpgsqlDbType.Text, written, static item => StorableText.Of(item.Call.Record.FinishReason));
        columns.Add("request_id", NpgsqlDbType.Text, written, static item => item.Call.Record.RequestId);
        columns.Add("created_at", NpgsqlDbType.TimestampTz, written, static item => item.Call.Record.CreatedAt.UtcDateTime);
    }

    private static ParameterColumns Command(NpgsqlBatch batch, string sql, int rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new ParameterColumns(command.Parameters, rows);
    }
}
