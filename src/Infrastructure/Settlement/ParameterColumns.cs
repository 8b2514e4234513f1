using Npgsql;
using NpgsqlTypes;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>Turns a batch of items into the arrays that <c>unnest</c> takes, one parameter a column.</summary>
/// <remarks>
/// Wide rows are unnested in a select list, whose functions PostgreSQL steps through together. In a from clause it makes a table of
/// each array first: for the thirty columns of a call 140 µs a statement and 6 µs a row, against 30 and 2.
/// </remarks>
internal readonly struct ParameterColumns(NpgsqlParameterCollection parameters, int count)
{
    public void Add<TItem, TValue>(string name, NpgsqlDbType type, IReadOnlyList<TItem> items, Func<TItem, TValue> value)
    {
        var column = new TValue[count];
        for (var i = 0; i < count; i++)
            column[i] = value(items[i]);

        parameters.Add(new NpgsqlParameter<TValue[]>(name, NpgsqlDbType.Array | type) { TypedValue = column });
    }
}
