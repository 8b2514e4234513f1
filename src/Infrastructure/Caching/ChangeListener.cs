using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>
/// Listens for the changes of all nodes and drops what this one has cached. A node that lost its listener stops trusting its
/// caches until it is back: a change that it did not hear of must never be served as if it had not happened.
/// </summary>
internal sealed partial class ChangeListener(
    NpgsqlDataSource dataSource,
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource writers,
    ListenerState state,
    LocalInvalidation local,
    ILogger<ChangeListener> logger)
    : BackgroundService
{
    /// <summary>A connection that is silent so long is asked whether it still lives; a suspension holds within a second even where a cable was cut.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLost(exception);
                if (state.IsListening && exception is NpgsqlException)
                    ClearPools();
                state.IsListening = false;
                await Task.Delay(ReconnectPause, CancellationToken.None);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Drop(notification.Payload);
        await using var listen = new NpgsqlCommand("listen " + PostgresSession.Channel, connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);

        // What changed while nobody listened is unknown, so nothing that was kept before is good any more.
        local.DropAll();
        state.IsListening = true;
        LogListening();

        await using var ping = new NpgsqlCommand("select 1", connection);
        while (true)
        {
            if (await connection.WaitAsync(Heartbeat, cancellationToken))
                continue;

            using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            answered.CancelAfter(Heartbeat);
            await ping.ExecuteNonQueryAsync(answered.Token);
        }
    }

    /// <summary>A server that dropped this connection has dropped the others too, and each would fail whoever takes it when the server is back.</summary>
    private void ClearPools()
    {
        dataSource.Clear();
        writers.Clear();
    }

    private void Drop(string payload)
    {
        if (!ChangeMessage.TryParse(payload, out var thing, out var ids))
            return;

        foreach (var id in ids.Split(','))
            local.Drop(thing, id);
    }

    [LoggerMessage(LogLevel.Information, "Listening for changes")]
    private partial void LogListening();

    [LoggerMessage(LogLevel.Warning, "The listener for changes was lost; caches are not used until it is back")]
    private partial void LogLost(Exception exception);
}

/// <summary>See <see cref="IListenerState"/>.</summary>
internal sealed class ListenerState : IListenerState
{
    private volatile bool _isListening;

    public bool IsListening
    {
        get => _isListening;
        set => _isListening = value;
    }
}
