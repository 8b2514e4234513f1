using Microsoft.Extensions.Logging;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// A group commit whose items outlive an outage: a database that is away does not lose them. The batch is kept and tried again,
/// and only the callers that wait for it get a 503 after a while.
/// </summary>
internal abstract partial class DurableCommit<TItem>(SettlementMetrics metrics, string name, TimeProvider time, ILogger logger) : GroupCommit<TItem>(metrics, name)
    where TItem : GroupCommitItem, IQueuedItem
{
    protected TimeProvider Time { get; } = time;

    /// <summary>A database that takes so long for a batch is treated as one that is away: the batch is tried again.</summary>
    protected const int AttemptSeconds = 10;

    /// <summary>How long an answer waits for its record while the database is away, to the next attempt's end.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    protected override async Task<bool> ShouldRetryAsync(Exception exception)
    {
        if (!DatabaseOutage.Is(exception))
        {
            LogPoisoned(exception);
            return false;
        }

        if (GivenUp.IsCancellationRequested)
        {
            LogLost(exception, Queued);
            return false;
        }

        LogRetrying(exception, Queued);
        await Task.Delay(RetryPause, Time);
        LetGo(item => Time.GetElapsedTime(item.Since) >= LongestWait, static () => new SettlementUnavailableException());
        return true;
    }

    [LoggerMessage(LogLevel.Error, "A batch of call records was refused; each is tried alone")]
    private partial void LogPoisoned(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The database is away; {Queued} call records wait for it")]
    private partial void LogRetrying(Exception exception, int queued);

    [LoggerMessage(LogLevel.Critical, "The service stops while the database is away; {Queued} call records are lost, none of their answers was given")]
    private partial void LogLost(Exception exception, int queued);
}

/// <summary>Work that knows when it was queued.</summary>
internal interface IQueuedItem
{
    /// <summary>As a timestamp of the clock.</summary>
    long Since { get; }
}
