using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Background;

/// <summary>
/// Settles the holds that nobody came back to, because their process died: the call goes on record with what it would probably
/// have cost, nothing is charged, and its credits are free again. Safe on any number of nodes.
/// </summary>
internal sealed partial class HoldExpiry(NpgsqlDataSource dataSource, MeteringOptions options, TimeProvider time, ILogger<HoldExpiry> logger) : BackgroundService
{
    private const int BatchSize = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.SweepIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await SweepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            int swept;
            do
            {
                swept = await ExpireAsync(cancellationToken);
                if (swept > 0)
                    LogExpired(swept);
            }
            while (swept == BatchSize);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the sweeper; the next tick tries again.
            LogFailed(exception);
        }
    }

    private async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var holds = (await connection.QueryAsync<HoldRow>(new CommandDefinition(
            """
            with expired as (
                select call_id
                from call_holds
                where expires_at < @now
                order by call_id
                limit @BatchSize
                for update skip locked
            )
            delete from call_holds
            using expired
            where call_holds.call_id = expired.call_id
            returning
                call_holds.call_id, account_id, credits, organization_id, team_id, user_id, operation, model, streamed,
                prompt_tokens, estimated_cost_usd, request_id, created_at
            """,
            new { now = time.GetUtcNow(), BatchSize },
            transaction,
            cancellationToken: cancellationToken))).AsList();
        if (holds.Count == 0)
            return 0;

        await connection.ExecuteAsync(new CommandDefinition(
            """
            with recorded as (
                insert into llm_calls (
                    call_id, account_id, organization_id, team_id, user_id, operation, model_group, status, error_code, error, streamed, late,
                    prompt_tokens, usage_source, estimated_cost_usd, latency_ms, attempts, request_id, created_at)
                values (
                    @CallId, @AccountId, @OrganizationId, @TeamId, @UserId, @Operation, @Model, 'failed', 'node_lost',
                    'The service ended before the call did.', @Streamed, false,
                    @PromptTokens, 'unknown', @EstimatedCostUsd, 0, 1, @RequestId, @CreatedAt)
                on conflict (call_id) do nothing
                returning call_id
            )
            insert into calls_to_roll (call_id)
            select call_id
            from recorded
            """,
            holds,
            transaction,
            cancellationToken: cancellationToken));

        await ReleaseAsync(connection, transaction, holds, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return holds.Count;
    }

    private static async Task ReleaseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<HoldRow> holds, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<WalletRow>(new CommandDefinition(
            """
            select account_id, allocated, used, reserved, unlimited
            from credit_accounts
            where account_id = any(@accounts)
            order by account_id
            for no key update
            """,
            new { accounts = holds.Select(hold => hold.AccountId).OfType<Guid>().Distinct().ToArray() },
            transaction,
            cancellationToken: cancellationToken));
        var wallets = rows.ToDictionary(row => row.AccountId, row => new CreditLedger(row.AccountId, row.Allocated, row.Used, row.Reserved, row.Unlimited));
        foreach (var hold in holds)
        {
            if (hold.AccountId is { } accountId)
                wallets[accountId].SettleCall(hold.CallId, hold.Credits, 0);
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        WalletBatch.Append(batch, [.. wallets.Values]);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} calls were never settled; their holds are released")]
    private partial void LogExpired(int count);

    [LoggerMessage(LogLevel.Warning, "The sweep for expired holds failed and will be tried again")]
    private partial void LogFailed(Exception exception);

    private sealed record HoldRow
    {
        public required Guid CallId { get; init; }

        public Guid? AccountId { get; init; }

        public required decimal Credits { get; init; }

        public required string OrganizationId { get; init; }

        public string? TeamId { get; init; }

        public string? UserId { get; init; }

        public required string Operation { get; init; }

        public required string Model { get; init; }

        public required bool Streamed { get; init; }

        public required int PromptTokens { get; init; }

        public required decimal EstimatedCostUsd { get; init; }

        public string? RequestId { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }
    }

    private sealed record WalletRow
    {
        public required Guid AccountId { get; init; }

        public required decimal Allocated { get; init; }

        public required decimal Used { get; init; }

        public required decimal Reserved { get; init; }

        public required bool Unlimited { get; init; }
    }
}
