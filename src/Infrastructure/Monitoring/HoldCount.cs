using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SaasLlm.Infrastructure.Background;

namespace SaasLlm.Infrastructure.Monitoring;

/// <summary>Counts every few seconds what running calls hold, so that neither a call nor a reader of metrics has to.</summary>
internal sealed class HoldCount(NpgsqlDataSource dataSource, HoldMetrics metrics, IOptions<MetricsOptions> options, TimeProvider time, ILogger<HoldCount> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.Value.CountIntervalSeconds), time, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!metrics.IsRead)
            return;

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        metrics.Counted(await connection.QuerySingleAsync<Held>(new CommandDefinition(
            """
            select
                count(*) filter (where job_id is not null) as job_calls,
                count(*) filter (where job_id is null) as calls,
                coalesce(sum(credits), 0) as credits
            from call_holds
            """,
            cancellationToken: cancellationToken)));
    }
}
