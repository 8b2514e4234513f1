using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Audit;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>
/// The connection of one request and its current transaction. Opened when first used; closed with the request's scope,
/// which rolls back what was not committed.
/// </summary>
internal sealed class PostgresSession(NpgsqlDataSource dataSource, LocalInvalidation local, Requester requester)
    : ITransaction, IChangeFeed, IAsyncDisposable
{
    /// <summary>The one channel that every node listens on; the payload is <c>thing:id</c>.</summary>
    public const string Channel = "saasllm_changes";

    private readonly List<(ChangedThing Thing, string Id)> _announced = [];
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;

    public async Task BeginAsync(string useCase, CancellationToken cancellationToken)
    {
        if (_transaction is not null)
            throw new InvalidOperationException("A transaction is already running.");

        var connection = await OpenAsync(cancellationToken);
        _transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Goes to the server together with the beginning; the triggers of the audit log read it.
        await ExecuteAsync(
            "select set_config('saasllm.request', @request, true)",
            new { request = AuditedRequest.Describe(useCase, requester) },
            cancellationToken);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var transaction = _transaction ?? throw new InvalidOperationException("No transaction is running.");

        // Past this point the caller's wish to leave must not leave the outcome unknown.
        await transaction.CommitAsync(CancellationToken.None);
        await transaction.DisposeAsync();
        _transaction = null;

        // The notification reaches this node too, but later: its own caller must read what it has just written.
        foreach (var (thing, id) in _announced)
            local.Drop(thing, id);
        _announced.Clear();
    }

    public async Task RollbackAsync(CancellationToken cancellationToken)
    {
        if (_transaction is null)
            return;

        await _transaction.RollbackAsync(CancellationToken.None);
        await _transaction.DisposeAsync();
        _transaction = null;
        _announced.Clear();
    }

    public async Task AnnounceAsync(ChangedThing thing, string id, CancellationToken cancellationToken)
    {
        if (_transaction is null)
            throw new InvalidOperationException("A change is announced within the transaction that makes it.");

        _announced.Add((thing, id));
        await ExecuteAsync(
            "select pg_notify(@Channel, @Payload)",
            new { Channel, Payload = ChangeMessage.Format(thing, id) },
            cancellationToken);
    }

    public async Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).QuerySingleOrDefaultAsync<T>(Command(sql, parameters, cancellationToken));

    public async Task<T> QuerySingleAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).QuerySingleAsync<T>(Command(sql, parameters, cancellationToken));

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        (await (await OpenAsync(cancellationToken)).QueryAsync<T>(Command(sql, parameters, cancellationToken))).AsList();

    /// <summary>Rows as they arrive, none of them kept. The connection serves nothing else until the last one is read.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
        await using var reader = await connection.ExecuteReaderAsync(Command(sql, parameters, cancellationToken));
        var parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancellationToken))
            yield return parse(reader);
    }

    /// <summary>The number of rows that the statement changed.</summary>
    public async Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken)).ExecuteAsync(Command(sql, parameters, cancellationToken));

    /// <summary>Runs statements that were written for a batch, in one round trip, within the current transaction.</summary>
    public async Task ExecuteBatchAsync(Action<NpgsqlBatch> append, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(await OpenAsync(cancellationToken), _transaction);
        append(batch);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
            await _transaction.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        _connection ??= await dataSource.OpenConnectionAsync(cancellationToken);

    private CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, _transaction, cancellationToken: cancellationToken);
}
