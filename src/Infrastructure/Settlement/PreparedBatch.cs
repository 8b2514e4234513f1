using Npgsql;
using NpgsqlTypes;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// One statement over the arrays that <c>unnest</c> takes, prepared once on a connection of its own and executed for batch
/// after batch: neither its text nor its parameters are looked at again, and the columns keep their memory. Not for several at once.
/// </summary>
/// <param name="timeoutSeconds">Longest time of an execution, in seconds.</param>
internal sealed class PreparedBatch<TItem>(NpgsqlDataSource dataSource, string sql, int timeoutSeconds, IReadOnlyList<BatchColumn<TItem>> columns) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    /// <summary>Executes the statement, which is a transaction of its own: on return it has committed. A connection that failed is not used again.</summary>
    /// <returns>The ids that it gives; null where it gives none.</returns>
    public async Task<HashSet<Guid>?> ExecuteAsync(IReadOnlyList<TItem> items)
    {
        try
        {
            var command = _command ?? await PrepareAsync();
            foreach (var column in columns)
                column.Fill(items);
            await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
            return await ReadIdsAsync(reader);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
        finally
        {
            foreach (var column in columns)
                column.Clear();
        }
    }

    /// <summary>The ids of one result; null where there are none.</summary>
    public static async Task<HashSet<Guid>?> ReadIdsAsync(NpgsqlDataReader reader)
    {
        HashSet<Guid>? ids = null;
        while (await reader.ReadAsync(CancellationToken.None))
            (ids ??= []).Add(reader.GetGuid(0));
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        if (_command is not null)
            await _command.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_command, _connection) = (null, null);
    }

    private async Task<NpgsqlCommand> PrepareAsync()
    {
        _connection = await dataSource.OpenConnectionAsync();
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = timeoutSeconds };
        foreach (var column in columns)
            command.Parameters.Add(column.CreateParameter());
        await command.PrepareAsync();
        return _command = command;
    }
}

/// <summary>One array parameter of a <see cref="PreparedBatch{TItem}"/>.</summary>
internal abstract class BatchColumn<TItem>
{
    public static BatchColumn<TItem> Of<TValue>(string name, NpgsqlDbType type, Func<TItem, TValue> value) => new Typed<TValue>(name, type, value);

    /// <summary>A parameter that reads this column's values at each execution.</summary>
    public abstract NpgsqlParameter CreateParameter();

    public abstract void Fill(IReadOnlyList<TItem> items);

    public abstract void Clear();

    private sealed class Typed<TValue>(string name, NpgsqlDbType type, Func<TItem, TValue> value) : BatchColumn<TItem>
    {
        private readonly List<TValue> _values = [];

        public override NpgsqlParameter CreateParameter() => new NpgsqlParameter<List<TValue>>(name, NpgsqlDbType.Array | type) { TypedValue = _values };

        public override void Fill(IReadOnlyList<TItem> items)
        {
            for (var i = 0; i < items.Count; i++)
                _values.Add(value(items[i]));
        }

        public override void Clear() => _values.Clear();
    }
}
