using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Background;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>Runs the <see cref="WebhookRelay"/> on every node, counts what waits, and forgets what is old.</summary>
internal sealed class WebhookWorker(
    WebhookRelay relay, WebhookQueue queue, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookWorker> logger)
    : PeriodicWorker(TimeSpan.FromMilliseconds(options.Value.PollIntervalMs), time, logger)
{
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(10);

    private readonly List<Task> _turns = [];
    private long? _countedAt;
    private long? _forgottenAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await base.ExecuteAsync(stoppingToken);

        // The service stops, and each turn ends by itself.
        await Task.WhenAll(_turns);
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        _turns.RemoveAll(static turn => turn.IsCompleted);
        if (_turns.Count < options.Value.Parallelism)
            _turns.AddRange(await relay.StartDueAsync(options.Value.Parallelism - _turns.Count, cancellationToken));

        if (IsDue(ref _countedAt, CountInterval))
            metrics.Counted(await queue.CountPendingAsync(cancellationToken));
        if (IsDue(ref _forgottenAt, ForgetInterval))
            await ForgetAsync(cancellationToken);
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
}
