using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>
/// What waits to be delivered. One node at a time has a webhook, for as long as its lease lasts; no transaction is open while a
/// receiver is asked.
/// </summary>
internal sealed class WebhookQueue(NpgsqlDataSource dataSource)
{
    /// <summary>Leases webhooks for which something is due, those first that have waited longest.</summary>
    public async Task<IReadOnlyList<Guid>> ClaimAsync(WebhookLease lease, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            with due as (
                select webhook.webhook_id
                from webhooks as webhook
                where webhook.active
                and (webhook.leased_until is null or webhook.leased_until <= @now)
                and (webhook.next_attempt_at is null or webhook.next_attempt_at <= @now)
                and exists (
                    select 1
                    from webhook_deliveries as delivery
                    where delivery.webhook_id = webhook.webhook_id
                    and delivery.delivered_at is null)
                order by webhook.leased_until nulls first
                limit @limit
                for no key update of webhook skip locked
            )
            update webhooks as webhook
            set lease_id = @LeaseId,
                leased_until = @Until
            from due
            where webhook.webhook_id = due.webhook_id
            returning webhook.webhook_id
            """,
            new { lease.LeaseId, lease.Until, limit, now },
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Where to send now, with the lease renewed; null where another node has it, or it is switched off or deleted.</summary>
    public async Task<WebhookState?> RenewAsync(Guid webhookId, WebhookLease lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<StateRow>(new CommandDefinition(
            """
            update webhooks
            set leased_until = @Until
            where webhook_id = @webhookId
            and lease_id = @LeaseId
            and active
            returning
                webhook_id, url, secret_encrypted, encryption_key_id, failures, failing_since,
                case when previous_secret_ends_at > @now then previous_secret_encrypted end as previous_secret_encrypted,
                previous_encryption_key_id
            """,
            new { webhookId, lease.LeaseId, lease.Until, now },
            cancellationToken: cancellationToken));
        return row?.ToState();
    }

    /// <summary>The oldest of what waits, in the order of delivery.</summary>
    public async Task<IReadOnlyList<WebhookMessage>> NextAsync(Guid webhookId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<MessageRow>(new CommandDefinition(
            """
            select event_id, type, occurred_at, data::text as data
            from webhook_deliveries
            where webhook_id = @webhookId
            and delivered_at is null
            order by position
            limit @limit
            """,
            new { webhookId, limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => new WebhookMessage(row.EventId, row.Type, row.OccurredAt, row.Data))];
    }

    /// <summary>True where the lease still holds; it is renewed. That it was delivered is true in any case.</summary>
    public Task<bool> RecordDeliveredAsync(Guid webhookId, WebhookLease lease, Guid eventId, WebhookAnswer answer, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            with recorded as (
                update webhook_deliveries
                set attempts = attempts + 1,
                    last_attempt_at = @now,
                    delivered_at = @now,
                    response_status = @StatusCode,
                    response_excerpt = @Excerpt,
                    error = null,
                    latency_ms = @LatencyMs
                where webhook_id = @webhookId
                and event_id = @eventId
            )
            update webhooks
            set leased_until = @Until,
                failures = 0,
                failing_since = null,
                next_attempt_at = null
            where webhook_id = @webhookId
            and lease_id = @LeaseId
            and active
            """,
            new { webhookId, eventId, answer.StatusCode, answer.Excerpt, answer.LatencyMs, now, lease.LeaseId, lease.Until },
            cancellationToken);

    /// <summary>Records the failure and gives the lease back.</summary>
    /// <param name="disabledReason">Why it is switched off; null: it is not. An alert says so as well.</param>
    public Task RecordFailedAsync(
        Guid webhookId,
        WebhookLease lease,
        Guid eventId,
        WebhookAnswer answer,
        DateTimeOffset now,
        DateTimeOffset? nextAttemptAt,
        string? disabledReason,
        CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            with recorded as (
                update webhook_deliveries
                set attempts = attempts + 1,
                    last_attempt_at = @now,
                    response_status = @StatusCode,
                    response_excerpt = @Excerpt,
                    error = @Error,
                    latency_ms = @LatencyMs
                where webhook_id = @webhookId
                and event_id = @eventId
                and delivered_at is null
            ),
            failed as (
                update webhooks
                set lease_id = null,
                    leased_until = @now,
                    failures = failures + 1,
                    failing_since = coalesce(failing_since, @now),
                    next_attempt_at = @nextAttemptAt,
                    active = @disabledReason::text is null,
                    disabled_reason = @disabledReason
                where webhook_id = @webhookId
                and lease_id = @LeaseId
                and active
                returning webhook_id, organization_id, url
            )
            insert into alerts (alert_id, kind, organization_id, message, created_at)
            select
                uuid_v7(@now), 'webhook.disabled', organization_id,
                format('The webhook %s (%s) was switched off. %s', webhook_id, url, @disabledReason::text), @now
            from failed
            where @disabledReason::text is not null
            """,
            new { webhookId, eventId, answer.StatusCode, answer.Excerpt, answer.Error, answer.LatencyMs, now, nextAttemptAt, disabledReason, lease.LeaseId },
            cancellationToken);

    /// <summary>Gives the lease back, where it still holds.</summary>
    public Task ReleaseAsync(Guid webhookId, WebhookLease lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            """
            update webhooks
            set lease_id = null,
                leased_until = @now
            where webhook_id = @webhookId
            and lease_id = @LeaseId
            """,
            new { webhookId, lease.LeaseId, now },
            cancellationToken);

    /// <summary>Deletes a bounded number of what was delivered before that time, or waits since then for nobody; true where there may be more.</summary>
    public async Task<bool> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        const int Limit = 5_000;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var forgotten = await connection.ExecuteAsync(new CommandDefinition(
            """
            with delivered as (
                select webhook_id, event_id
                from webhook_deliveries
                where delivered_at < @before
                order by delivered_at
                limit @Limit
                for update skip locked
            ),
            deserted as (
                select delivery.webhook_id, delivery.event_id
                from webhook_deliveries as delivery
                left join webhooks as webhook on webhook.webhook_id = delivery.webhook_id and webhook.active
                where delivery.delivered_at is null
                and delivery.occurred_at < @before
                and webhook.webhook_id is null
                limit @Limit
                for update of delivery skip locked
            ),
            old as (
                select webhook_id, event_id from delivered
                union all
                select webhook_id, event_id from deserted
            )
            delete from webhook_deliveries
            using old
            where webhook_deliveries.webhook_id = old.webhook_id
            and webhook_deliveries.event_id = old.event_id
            """,
            new { before, Limit },
            cancellationToken: cancellationToken));
        return forgotten >= Limit;
    }

    /// <summary>Events that wait, for all webhooks.</summary>
    public async Task<long> CountPendingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from webhook_deliveries where delivered_at is null", cancellationToken: cancellationToken));
    }

    private async Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) > 0;
    }

    private sealed record MessageRow
    {
        public Guid EventId { get; init; }

        public string Type { get; init; } = "";

        public DateTimeOffset OccurredAt { get; init; }

        public string Data { get; init; } = "";
    }

    private sealed record StateRow : TargetRow
    {
        public int Failures { get; init; }

        public DateTimeOffset? FailingSince { get; init; }

        public WebhookState ToState() => new(ToTarget(), Failures, FailingSince);
    }
}

/// <param name="LeaseId">Whose it is: of one drain of one node.</param>
/// <param name="Until">After it, another node may take the webhook.</param>
internal sealed record WebhookLease(Guid LeaseId, DateTimeOffset Until);

/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="FailingSince">When the first of them was made; null: none.</param>
internal sealed record WebhookState(WebhookTarget Target, int Failures, DateTimeOffset? FailingSince);
