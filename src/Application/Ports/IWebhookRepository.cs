using SaasLlm.Application.Shared;
using SaasLlm.Application.Webhooks;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Webhooks and what is delivered to them. Each method takes the organization whose they must be; null: anybody's. What is not
/// theirs is not found.
/// </summary>
public interface IWebhookRepository
{
    /// <summary>Null where the organization does not exist.</summary>
    Task<WebhookResponse?> CreateAsync(NewWebhook webhook, CancellationToken cancellationToken);

    Task<WebhookResponse?> GetAsync(WebhookKey webhook, CancellationToken cancellationToken);

    /// <summary>In the order in which they were made.</summary>
    Task<Page<WebhookResponse>> ListAsync(string? organizationId, PageStart page, CancellationToken cancellationToken);

    /// <summary>Changes what is given. A new address, or being active again, makes what waits due at once.</summary>
    Task<WebhookResponse?> UpdateAsync(WebhookChange change, CancellationToken cancellationToken);

    /// <summary>With everything that waits for it; false where there is none.</summary>
    Task<bool> DeleteAsync(WebhookKey webhook, CancellationToken cancellationToken);

    /// <summary>Makes the secret the one that signs; the one before signs as well until its end.</summary>
    Task<WebhookResponse?> RotateSecretAsync(WebhookKey webhook, WebhookSecret secret, DateTimeOffset previousEndsAt, CancellationToken cancellationToken);

    /// <summary>Where to send, and what to sign with.</summary>
    Task<WebhookTarget?> GetTargetAsync(WebhookKey webhook, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="delivered">Only what has been delivered, or only what has not; null: all.</param>
    Task<Page<DeliveryResponse>> ListDeliveriesAsync(WebhookKey webhook, bool? delivered, PageStart page, CancellationToken cancellationToken);

    /// <summary>Makes the delivery pending, and due at once; null where there is none.</summary>
    Task<DeliveryResponse?> ReplayAsync(WebhookKey webhook, Guid eventId, CancellationToken cancellationToken);
}

/// <param name="OrganizationId">Whose it must be; null: anybody's.</param>
public sealed record WebhookKey(Guid WebhookId, string? OrganizationId);

/// <param name="Sealed">Encrypted for <see cref="SecretOwner.Webhook"/>.</param>
/// <param name="Display">What is shown of it.</param>
public sealed record WebhookSecret(SealedSecret Sealed, string Display);

/// <param name="OrganizationId">Null: the operator's, which hears of everybody.</param>
public sealed record NewWebhook(
    Guid WebhookId, string? OrganizationId, string Url, string Description, IReadOnlyList<string> Events, bool Active, WebhookSecret Secret);

/// <summary>What is null stays.</summary>
public sealed record WebhookChange(WebhookKey Webhook, string? Url, string? Description, IReadOnlyList<string>? Events, bool? Active);
