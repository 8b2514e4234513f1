using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Webhooks;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Webhooks;

internal sealed class WebhookRepository(PostgresSession session, TimeProvider time) : IWebhookRepository
{
    // The organization's row is locked, so that it is not deleted in between: a deleted one is still a row, which the foreign key alone would accept.
    public Task<WebhookResponse?> CreateAsync(NewWebhook webhook, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<WebhookResponse>(
            """
            with held as (
                select organization_id
                from organizations
                where organization_id = @OrganizationId
                and status <> 'deleted'
                for share
            )
            insert into webhooks (
                webhook_id, organization_id, url, description, events, active, secret_encrypted, encryption_key_id, secret_display, created_at, updated_at)
            select @WebhookId, @OrganizationId, @Url, @Description, @events, @Active, @Ciphertext, @KeyId, @Display, @now, @now
            where @OrganizationId::text is null
            or exists (select 1 from held)
            returning
                webhook_id, organization_id, url, description, events, active, disabled_reason, secret_display as secret, previous_secret_ends_at,
                failures, failing_since, next_attempt_at, created_at, updated_at
            """,
            new
            {
                webhook.WebhookId,
                webhook.OrganizationId,
                webhook.Url,
                webhook.Description,
                events = webhook.Events.ToArray(),
                webhook.Active,
                webhook.Secret.Sealed.Ciphertext,
                webhook.Secret.Sealed.KeyId,
                webhook.Secret.Display,
                now = time.GetUtcNow(),
            },
            cancellationToken);

    public Task<WebhookResponse?> GetAsync(WebhookKey webhook, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<WebhookResponse>(
            """
            select
                webhook_id, organization_id, url, description, events, active, disabled_reason, secret_display as secret, previous_secret_ends_at,
                failures, failing_since, next_attempt_at, created_at, updated_at
            from webhooks
            where webhook_id = @WebhookId
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            """,
            webhook,
            cancellationToken);

    public async Task<Page<WebhookResponse>> ListAsync(string? organizationId, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<WebhookResponse>(
            """
            select
                webhook_id, organization_id, url, description, events, active, disabled_reason, secret_display as secret, previous_secret_ends_at,
                failures, failing_since, next_attempt_at, created_at, updated_at
            from webhooks
            where (@organizationId::text is null or organization_id = @organizationId)
            and (@after::uuid is null or webhook_id > @after)
            order by webhook_id
            limit @Limit + 1
            """,
            new { organizationId, after = After(page), page.Limit },
            cancellationToken);
        return Page<WebhookResponse>.Of(rows, page.Limit, row => row.WebhookId.ToString());
    }

    public Task<WebhookResponse?> UpdateAsync(WebhookChange change, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<WebhookResponse>(
            """
            update webhooks
            set url = coalesce(@Url, url),
                description = coalesce(@Description, description),
                events = coalesce(@events, events),
                active = coalesce(@Active, active),
                disabled_reason = case when @Active then null else disabled_reason end,
                failures = case when @Active and not active then 0 else failures end,
                failing_since = case when @Active and not active then null else failing_since end,
                next_attempt_at = case when @Active or @Url::text is not null then null else next_attempt_at end,
                updated_at = @now
            where webhook_id = @WebhookId
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            returning
                webhook_id, organization_id, url, description, events, active, disabled_reason, secret_display as secret, previous_secret_ends_at,
                failures, failing_since, next_attempt_at, created_at, updated_at
            """,
            new
            {
                change.Webhook.WebhookId,
                change.Webhook.OrganizationId,
                change.Url,
                change.Description,
                events = change.Events?.ToArray(),
                change.Active,
                now = time.GetUtcNow(),
            },
            cancellationToken);

    public async Task<bool> DeleteAsync(WebhookKey webhook, CancellationToken cancellationToken) =>
        await session.QuerySingleAsync<bool>(
            """
            with removed as (
                delete from webhooks
                where webhook_id = @WebhookId
                and (@OrganizationId::text is null or organization_id = @OrganizationId)
                returning webhook_id
            ),
            forgotten as (
                delete from webhook_deliveries
                using removed
                where webhook_deliveries.webhook_id = removed.webhook_id
            )
            select exists (select 1 from removed)
            """,
            webhook,
            cancellationToken);

    public Task<WebhookResponse?> RotateSecretAsync(WebhookKey webhook, WebhookSecret secret, DateTimeOffset previousEndsAt, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<WebhookResponse>(
            """
            update webhooks
            set previous_secret_encrypted = secret_encrypted,
                previous_encryption_key_id = encryption_key_id,
                previous_secret_ends_at = @previousEndsAt,
                secret_encrypted = @Ciphertext,
                encryption_key_id = @KeyId,
                secret_display = @Display,
                updated_at = @now
            where webhook_id = @WebhookId
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            returning
                webhook_id, organization_id, url, description, events, active, disabled_reason, secret_display as secret, previous_secret_ends_at,
                failures, failing_since, next_attempt_at, created_at, updated_at
            """,
            new { webhook.WebhookId, webhook.OrganizationId, secret.Sealed.Ciphertext, secret.Sealed.KeyId, secret.Display, previousEndsAt, now = time.GetUtcNow() },
            cancellationToken);

    public async Task<WebhookTarget?> GetTargetAsync(WebhookKey webhook, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<TargetRow>(
            """
            select
                webhook_id, url, secret_encrypted, encryption_key_id,
                case when previous_secret_ends_at > @now then previous_secret_encrypted end as previous_secret_encrypted,
                previous_encryption_key_id
            from webhooks
            where webhook_id = @WebhookId
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            """,
            new { webhook.WebhookId, webhook.OrganizationId, now = time.GetUtcNow() },
            cancellationToken);
        return row?.ToTarget();
    }

    public async Task<Page<DeliveryResponse>> ListDeliveriesAsync(WebhookKey webhook, bool? delivered, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<DeliveryResponse>(
            """
            select
                delivery.event_id, delivery.type, delivery.occurred_at, delivery.attempts, delivery.last_attempt_at, delivery.delivered_at,
                delivery.response_status, delivery.response_excerpt, delivery.error, delivery.latency_ms, delivery.data
            from webhook_deliveries as delivery
            join webhooks as webhook using (webhook_id)
            where webhook.webhook_id = @WebhookId
            and (@OrganizationId::text is null or webhook.organization_id = @OrganizationId)
            and (@delivered::boolean is null or (delivery.delivered_at is not null) = @delivered)
            and (@after::uuid is null or delivery.event_id < @after)
            order by delivery.event_id desc
            limit @Limit + 1
            """,
            new { webhook.WebhookId, webhook.OrganizationId, delivered, after = After(page), page.Limit },
            cancellationToken);
        return Page<DeliveryResponse>.Of(rows, page.Limit, row => row.EventId.ToString());
    }

    public Task<DeliveryResponse?> ReplayAsync(WebhookKey webhook, Guid eventId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<DeliveryResponse>(
            """
            with wanted as (
                update webhooks
                set next_attempt_at = null
                where webhook_id = @WebhookId
                and (@OrganizationId::text is null or organization_id = @OrganizationId)
                and exists (
                    select 1
                    from webhook_deliveries as delivery
                    where delivery.webhook_id = webhooks.webhook_id
                    and delivery.event_id = @eventId)
                returning webhook_id
            )
            update webhook_deliveries as delivery
            set delivered_at = null
            from wanted
            where delivery.webhook_id = wanted.webhook_id
            and delivery.event_id = @eventId
            returning
                delivery.event_id, delivery.type, delivery.occurred_at, delivery.attempts, delivery.last_attempt_at, delivery.delivered_at,
                delivery.response_status, delivery.response_excerpt, delivery.error, delivery.latency_ms, delivery.data
            """,
            new { webhook.WebhookId, webhook.OrganizationId, eventId },
            cancellationToken);

    private static Guid? After(PageStart page) => page.After is null ? null : Guid.Parse(page.After);
}
