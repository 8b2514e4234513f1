using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace SaasLlm.Infrastructure.Identities;

/// <summary>When this node last noted that a key was used.</summary>
/// <param name="keyId">The key.</param>
internal sealed class KeyUse(Guid keyId)
{
    private long _notedAt;

    public Guid KeyId { get; } = keyId;

    /// <summary>True for one caller in each interval.</summary>
    public bool TryNote(long now, long interval)
    {
        var noted = Volatile.Read(ref _notedAt);
        return (noted == 0 || now - noted >= interval) && Interlocked.CompareExchange(ref _notedAt, now, noted) == noted;
    }
}

/// <summary>
/// Writes when keys were last used, at most once a minute each, aside from the requests that use them. Nobody waits for it, and
/// what cannot be written is forgotten: it is for people who look for keys that nobody needs.
/// </summary>
internal sealed partial class KeyUses(NpgsqlDataSource dataSource, TimeProvider time, ILogger<KeyUses> logger) : BackgroundService
{
    private const int MaxQueued = 10_000;
    private const int MaxBatch = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Channel<(Guid KeyId, DateTimeOffset At)> _queue = Channel.CreateBounded<(Guid, DateTimeOffset)>(
        new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Note(KeyUse use)
    {
        if (use.TryNote(time.GetTimestamp(), (long)(Interval.TotalSeconds * time.TimestampFrequency)))
            _queue.Writer.TryWrite((use.KeyId, time.GetUtcNow()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<(Guid KeyId, DateTimeOffset At)>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var use))
                    batch.Add(use);

                await WriteAsync(batch, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task WriteAsync(List<(Guid KeyId, DateTimeOffset At)> uses, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(
                """
                update user_api_keys as key
                set last_used_at = used.at
                from (
                    select key_id, max(at) as at
                    from unnest(@key_ids, @times) as noted (key_id, at)
                    group by key_id
                ) as used
                where key.key_id = used.key_id
                and (key.last_used_at is null or key.last_used_at < used.at)
                """);
            command.Parameters.Add(new NpgsqlParameter("key_ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = uses.Select(use => use.KeyId).ToArray() });
            command.Parameters.Add(new NpgsqlParameter("times", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = uses.Select(use => use.At.UtcDateTime).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the writer.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "When keys were last used could not be written")]
    private partial void LogFailed(Exception exception);
}
