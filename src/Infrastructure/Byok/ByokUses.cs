using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Infrastructure.Llm;

namespace SaasLlm.Infrastructure.Byok;

/// <summary>Writes down when a key was last used, at most once a minute a key and node.</summary>
internal sealed partial class ByokUses(NpgsqlDataSource dataSource, TimeProvider time, ILogger<ByokUses> logger) : IByokUses
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public void Note(ByokCredential credential)
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref credential.NotedAt);
        if ((last != ByokCredential.NeverNoted && time.GetElapsedTime(last, now) < Interval)
            || Interlocked.CompareExchange(ref credential.NotedAt, now, last) != last)
            return;

        _ = WriteAsync(credential.KeyId);
    }

    private async Task WriteAsync(Guid keyId)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            await connection.ExecuteAsync(
                """
                update byok_keys
                set last_used_at = now()
                where key_id = @keyId
                """,
                new { keyId });
        }
        catch (Exception exception)
        {
            // A courtesy to the key's owner: no call fails for it.
            LogNotWritten(exception, keyId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The use of BYOK key {KeyId} could not be written down")]
    private partial void LogNotWritten(Exception exception, Guid keyId);
}
