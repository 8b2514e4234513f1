using System.Text.Json.Serialization;
using Npgsql;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Api.Operations;

/// <summary>Asks what this node needs in order to serve.</summary>
internal sealed partial class Readiness(Migrations migrations, IListenerState listener, TimeProvider time, ILogger<Readiness> logger)
{
    /// <summary>A probe that hangs says no more than one that fails, and probes come every few seconds.</summary>
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    public async Task<ReadinessReport> CheckAsync(CancellationToken cancellationToken)
    {
        var (database, applied) = await CheckDatabaseAsync(cancellationToken);
        return new ReadinessReport(new Checks(
            Database: database ? "ok" : "unreachable",
            Migrations: !database ? "unknown" : applied ? "ok" : "pending",
            Listener: listener.IsListening ? "ok" : "disconnected"));
    }

    private async Task<(bool Reachable, bool Migrated)> CheckDatabaseAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(DatabaseTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (true, await migrations.AreAppliedAsync(either.Token));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return (true, false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is (no server, no such database, a wrong password), this node cannot serve.
            LogUnreachable(exception);
            return (false, false);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not ready: the database cannot be reached")]
    private partial void LogUnreachable(Exception exception);
}

/// <summary>Whether this node may take requests, and why not.</summary>
internal sealed record ReadinessReport(Checks Checks)
{
    /// <summary><c>ready</c> or <c>not_ready</c>.</summary>
    public string Status => IsReady ? "ready" : "not_ready";

    [JsonIgnore]
    public bool IsReady => Checks is { Database: "ok", Migrations: "ok", Listener: "ok" };
}

/// <param name="Database"><c>ok</c> or <c>unreachable</c>.</param>
/// <param name="Migrations"><c>ok</c>, <c>pending</c>, or <c>unknown</c> while the database cannot be reached.</param>
/// <param name="Listener"><c>ok</c> or <c>disconnected</c>: changes made on other nodes are not heard.</param>
internal sealed record Checks(string Database, string Migrations, string Listener);
