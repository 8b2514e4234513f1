using System.Data;
using System.Text.Json;
using Dapper;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>What Dapper needs to be told of column types.</summary>
internal static class TypeHandlers
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new UtcHandler());
        SqlMapper.AddTypeHandler(new JsonHandler());
    }

    /// <summary><c>timestamptz</c> arrives as a UTC <see cref="DateTime"/>.</summary>
    private sealed class UtcHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();

        public override DateTimeOffset Parse(object value) => new((DateTime)value, TimeSpan.Zero);
    }

    /// <summary><c>jsonb</c> arrives as text; parameters are written as text and cast in the SQL (<c>@metadata::jsonb</c>).</summary>
    private sealed class JsonHandler : SqlMapper.TypeHandler<JsonElement>
    {
        public override void SetValue(IDbDataParameter parameter, JsonElement value) => parameter.Value = value.GetRawText();

        public override JsonElement Parse(object value) => JsonElement.Parse((string)value);
    }
}
