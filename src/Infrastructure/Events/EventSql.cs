using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Events;

/// <summary>The SQL that writes events; group commit and single requests share it.</summary>
internal static class EventSql
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private const string AppendEvents =
        """
        select append_event(type, organization_id, team_id, @occurred_at, data::jsonb, operator_data::jsonb)
        from (
            select
                unnest(@type) as type, unnest(@organization_id) as organization_id, unnest(@team_id) as team_id,
                unnest(@data) as data, unnest(@operator_data) as operator_data, generate_subscripts(@type, 1) as position
        ) as event
        order by position
        """;

    /// <summary>Adds the statement to a batch that runs within the transaction that makes the events true.</summary>
    public static void Append(NpgsqlBatch batch, IReadOnlyList<GatewayEvent> events, DateTimeOffset occurredAt)
    {
        if (events.Count == 0)
            return;

        var command = new NpgsqlBatchCommand(AppendEvents);
        command.Parameters.Add(new NpgsqlParameter<DateTime>("occurred_at", occurredAt.UtcDateTime));
        var columns = new ParameterColumns(command.Parameters, events.Count);
        columns.Add("type", NpgsqlDbType.Text, events, static happened => happened.Type);
        columns.Add("organization_id", NpgsqlDbType.Text, events, static happened => happened.OrganizationId);
        columns.Add("team_id", NpgsqlDbType.Text, events, static happened => happened.TeamId);
        columns.Add("data", NpgsqlDbType.Text, events, static happened => JsonSerializer.Serialize(happened.Data, Json));
        columns.Add(
            "operator_data", NpgsqlDbType.Text, events, static happened => happened.OperatorData is { } data ? JsonSerializer.Serialize(data, Json) : null);
        batch.BatchCommands.Add(command);
    }
}
