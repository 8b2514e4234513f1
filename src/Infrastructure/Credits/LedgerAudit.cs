using System.Data;
using Dapper;
using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Credits;

/// <summary>
/// Every check is one query that gives a row for each thing it compared and says whether it is right; all of them read one
/// repeatable-read snapshot, so running traffic cannot make a clean ledger look torn.
/// </summary>
internal sealed class LedgerAudit(NpgsqlDataSource dataSource) : ILedgerAudit
{
    private const int LongestSeconds = 600;

    public async Task<IReadOnlyList<LedgerCheck>> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var results = new List<LedgerCheck>(LedgerChecks.All.Length);
        foreach (var (invariant, sql) in LedgerChecks.All)
        {
            var row = await connection.QuerySingleAsync<(long Compared, long Violations, string[] Examples)>(new CommandDefinition(
                "with compared as (" + sql +
                """
                )
                select
                    count(*),
                    count(*) filter (where "right" is not true),
                    coalesce((array_agg(subject) filter (where "right" is not true))[1:5], '{}')
                from compared
                """,
                transaction: snapshot,
                commandTimeout: LongestSeconds,
                cancellationToken: cancellationToken));
            results.Add(new LedgerCheck(invariant, row.Compared, row.Violations, row.Examples));
        }

        return results;
    }
}
