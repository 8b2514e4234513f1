using System.Net.Sockets;
using Npgsql;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>Tells an outage, after which the same work may succeed, from a fault of the work itself.</summary>
public static class DatabaseOutage
{
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,

        // Class 57 is operator intervention (shutdown, crash recovery), 53 is missing resources, 08 a lost connection,
        // 40 a deadlock or a serialization failure, 25006 a server that has become a standby.
        PostgresException postgres => postgres.IsTransient
            || postgres.SqlState[..2] is "57" or "53" or "08" or "40"
            || postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException or SocketException or TimeoutException => true,
        _ => Is(exception.InnerException),
    };
}
