using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Usage;

internal sealed class MonthPartitions(NpgsqlDataSource dataSource) : IMonthPartitions
{
    public async Task<bool> CreateAsync(DateOnly month, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            "select create_month_partitions(@month)", new { month }, cancellationToken: cancellationToken));
    }

    public async Task<int> DropBeforeAsync(DateOnly month, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<int>(new CommandDefinition(
            "select drop_partitions_before(@month)", new { month }, cancellationToken: cancellationToken));
    }
}
