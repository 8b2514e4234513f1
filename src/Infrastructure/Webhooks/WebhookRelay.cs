using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>
/// Delivers what waits, on any number of nodes: to each webhook one event after the other, to several webhooks at the same time, so
/// that a slow one holds up nobody else.
/// </summary>
internal sealed partial class WebhookRelay(
    WebhookQueue queue, IWebhookSender sender, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookRelay> logger)
{
    /// <summary>Events that are read at a time, and between two renewals of what is known of the webhook.</summary>
    private const int BatchSize = 20;

    /// <summary>After so many batches others have their turn.</summary>
    private const int BatchesATurn = 10;

    /// <summary>What a lease lasts beyond the longest attempt: time to record it.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(20);

    private readonly RetrySchedule _schedule = new(TimeSpan.FromHours(options.Value.RetryHours));
    private readonly TimeSpan _leaseTime = TimeSpan.FromSeconds(options.Value.TimeoutSeconds) + LeaseMargin;

    /// <summary>Takes up to so many webhooks for which something is due.</summary>
    /// <returns>A task for each, which ends with its turn and never fails.</returns>
    public async Task<IReadOnlyList<Task>> StartDueAsync(int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var lease = new WebhookLease(Guid.CreateVersion7(now), now + _leaseTime);
        var claimed = await queue.ClaimAsync(lease, limit, now, cancellationToken);
        return [.. claimed.Select(webhookId => TakeTurnAsync(webhookId, lease, cancellationToken))];
    }

    private async Task TakeTurnAsync(Guid webhookId, WebhookLease lease, CancellationToken cancellationToken)
    {
        try
        {
            for (var batch = 0; batch < BatchesATurn; batch++)
            {
                if (!await DeliverBatchAsync(webhookId, lease, cancellationToken))
                    return;
            }

            await queue.ReleaseAsync(webhookId, lease, time.GetUtcNow(), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops. The event may have arrived: another node sends it again under the same id.
            await ReleaseQuietlyAsync(webhookId, lease);
        }
        catch (Exception exception)
        {
            // The database is away, say. The lease runs out and somebody tries again.
            LogFailed(exception, webhookId);
        }
    }

    /// <summary>True where there may be more to deliver; else the lease is given back or lost.</summary>
    private async Task<bool> DeliverBatchAsync(Guid webhookId, WebhookLease lease, CancellationToken cancellationToken)
    {
        if (await queue.RenewAsync(webhookId, Renewed(lease), time.GetUtcNow(), cancellationToken) is not { } state)
            return false;

        var messages = await queue.NextAsync(webhookId, BatchSize, cancellationToken);
        foreach (var message in messages)
        {
            var answer = await sender.SendAsync(state.Target, message, cancellationToken);
            metrics.Attempted(answer.Ok);

            // What was sent is recorded, even while the service stops.
            if (!answer.Ok)
            {
                await RecordFailedAsync(state, lease, message, answer);
                return false;
            }

            if (!await queue.RecordDeliveredAsync(webhookId, Renewed(lease), message.EventId, answer, time.GetUtcNow(), CancellationToken.None))
                return false;

            state = state with { Failures = 0, FailingSince = null };
        }

        if (messages.Count == BatchSize)
            return true;

        await queue.ReleaseAsync(webhookId, lease, time.GetUtcNow(), cancellationToken);
        return false;
    }

    private async Task RecordFailedAsync(WebhookState state, WebhookLease lease, WebhookMessage message, WebhookAnswer answer)
    {
        var now = time.GetUtcNow();
        var next = answer.Gone
            ? null
            : _schedule.Next(now, state.Failures + 1, state.FailingSince ?? now, answer.RetryAfter, Random.Shared.NextDouble());
        var disabledReason = next is not null ? null
            : answer.Gone ? answer.Error
            : $"It took nothing for {options.Value.RetryHours} hours; at last: {answer.Error}";
        await queue.RecordFailedAsync(state.Target.WebhookId, lease, message.EventId, answer, now, next, disabledReason, CancellationToken.None);
        if (disabledReason is not null)
            LogDisabled(state.Target.WebhookId, disabledReason);
    }

    private async Task ReleaseQuietlyAsync(Guid webhookId, WebhookLease lease)
    {
        try
        {
            await queue.ReleaseAsync(webhookId, lease, time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogFailed(exception, webhookId);
        }
    }

    private WebhookLease Renewed(WebhookLease lease) => lease with { Until = time.GetUtcNow() + _leaseTime };

    [LoggerMessage(LogLevel.Warning, "The webhook {WebhookId} was switched off: {Reason}")]
    private partial void LogDisabled(Guid webhookId, string reason);

    [LoggerMessage(LogLevel.Warning, "Delivering to the webhook {WebhookId} failed and will be tried again")]
    private partial void LogFailed(Exception exception, Guid webhookId);
}
