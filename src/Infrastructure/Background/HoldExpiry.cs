using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Background;

/// <summary>
/// Settles the calls that nobody came back to, because their process died: they go on record with what they would probably
/// have cost, nothing is charged for them, and what they held is free again. They are settled like any other call, so any number
/// of nodes may do it at once: the second to settle a call changes nothing. For that reason a database that has just come back is
/// only looked at: nodes still have the records of calls that ended while it was away, and those must be first.
/// </summary>
internal sealed partial class HoldExpiry(
    NpgsqlDataSource dataSource, ICallMeter meter, ICallSettlement settlement, MeteringOptions options, TimeProvider time, ILogger<HoldExpiry> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.SweepIntervalSeconds), time, logger)
{
    private const int BatchSize = 200;

    /// <summary>True: the last look met with no fault.</summary>
    private bool _wasThere;

    /// <summary>One look for such calls. Not for several at once.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var wasThere = _wasThere;
        _wasThere = false;
        var expired = await FindExpiredAsync(cancellationToken);
        while (wasThere && expired.Count > 0)
        {
            await Task.WhenAll(expired.Select(hold => SettleAsync(hold, cancellationToken)));
            LogExpired(expired.Count);
            expired = expired.Count == BatchSize ? await FindExpiredAsync(cancellationToken) : [];
        }

        _wasThere = true;
    }

    protected override Task RunAsync(CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    private async Task<IReadOnlyList<HoldRow>> FindExpiredAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<HoldRow>(new CommandDefinition(
            """
            select
                hold.call_id, hold.job_id, hold.account_id, hold.organization_id, hold.team_id, hold.user_id, hold.operation, hold.model, hold.purpose,
                hold.streamed, hold.prompt_tokens, hold.estimated_cost_usd, hold.request_id, hold.created_at,
                job.conversion_rate is not null as is_by_use
            from call_holds as hold
            left join jobs as job using (job_id)
            where hold.expires_at < @now
            order by hold.expires_at
            limit @BatchSize
            """,
            new { now = Time.GetUtcNow(), BatchSize },
            cancellationToken: cancellationToken))).AsList();
    }

    private Task SettleAsync(HoldRow hold, CancellationToken cancellationToken) => hold.JobId is not null
        ? settlement.RecordAsync(hold.ToRecord(), cancellationToken)
        : meter.SettleAsync(
            new MeteredCall
            {
                Record = hold.ToRecord(),
                OrganizationId = hold.OrganizationId,
                UserId = hold.UserId,
                AccountId = hold.AccountId,
                Operation = hold.Operation,
                Rate = null,
                Credits = 0,
            },
            cancellationToken);

    [LoggerMessage(LogLevel.Warning, "{Count} calls were never settled; what they held is released")]
    private partial void LogExpired(int count);

    private sealed record HoldRow
    {
        public required Guid CallId { get; init; }

        public Guid? JobId { get; init; }

        public Guid? AccountId { get; init; }

        public required string OrganizationId { get; init; }

        public string? TeamId { get; init; }

        public string? UserId { get; init; }

        public required string Operation { get; init; }

        public required string Model { get; init; }

        public string? Purpose { get; init; }

        public required bool Streamed { get; init; }

        public required int PromptTokens { get; init; }

        public required decimal EstimatedCostUsd { get; init; }

        public string? RequestId { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public required bool IsByUse { get; init; }

        /// <summary>What was used is unknown: what was sent is not.</summary>
        public CallRecord ToRecord() => new()
        {
            CallId = CallId,
            JobId = JobId,
            TeamId = TeamId,
            IsByUse = IsByUse,
            Purpose = Purpose,
            ModelGroup = Model,
            Succeeded = false,
            ErrorCode = "node_lost",
            Error = "The service ended before the call did.",
            Streamed = Streamed,
            Usage = new TokenUsage(PromptTokens, 0),
            UsageSource = UsageSource.Unknown,
            CostUsd = 0,
            EstimatedCostUsd = EstimatedCostUsd,
            LatencyMs = 0,
            Attempts = 1,
            RequestId = RequestId,
            CreatedAt = CreatedAt,
        };
    }
}
