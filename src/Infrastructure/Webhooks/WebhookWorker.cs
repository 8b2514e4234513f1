using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>Runs the <see cref="WebhookRelay"/> on every node, counts what waits, and forgets what is old.</summary>
internal sealed partial class WebhookWorker(
    WebhookRelay relay, WebhookQueue queue, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(10);

    private readonly List<Task> _turns = [];
    private long? _countedAt;
    private long? _forgottenAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.PollIntervalMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops, and each turn ends by itself.
            await Task.WhenAll(_turns);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            _turns.RemoveAll(static turn => turn.IsCompleted);
            if (_turns.Count < options.Value.Parallelism)
                _turns.AddRange(await relay.StartDueAsync(options.Value.Parallelism - _turns.Count, cancellationToken));

            if (IsDue(ref _countedAt, CountInterval))
                metrics.Counted(await queue.CountPendingAsync(cancellationToken));
            if (IsDue(ref _forgottenAt, ForgetInterval))
                await ForgetAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the worker; the next tick tries again.
            LogFailed(exception);
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().AddDays(-options.Value.RetentionDays);
        while (await queue.ForgetAsync(before, cancellationToken))
        {
            // There is more.
        }
    }

    private bool IsDue(ref long? last, TimeSpan interval)
    {
        if (last is { } at && time.GetElapsedTime(at) < interval)
            return false;

        last = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Looking for events to deliver failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
