using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Usage;

internal sealed class UsageRollup(NpgsqlDataSource dataSource) : IUsageRollup
{
    /// <summary>After an outage of the workers there may be much to do.</summary>
    private const int LongestSeconds = 3600;

    /// <summary>Folded rows that make it worth not to wait for autovacuum, which comes once a minute: until then every query reads past them.</summary>
    private const int Many = 2000;

    public async Task<long> FoldAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var folded = await connection.QuerySingleAsync<long?>(new CommandDefinition(
            "select fold_usage()", commandTimeout: LongestSeconds, cancellationToken: cancellationToken));
        if (folded >= Many)
            await connection.ExecuteAsync(new CommandDefinition("vacuum calls_to_roll, jobs_to_roll", cancellationToken: cancellationToken));
        return folded ?? 0;
    }
}
