using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Sends an event again, under the same id and before what is newer; where it waits for its next attempt, now.</summary>
public sealed record ReplayDelivery(WebhookScope Scope, Guid WebhookId, Guid EventId) : IRequest<Result<DeliveryResponse>>;

internal sealed class ReplayDeliveryHandler(IWebhookRepository webhooks) : IRequestHandler<ReplayDelivery, Result<DeliveryResponse>>
{
    public async Task<Result<DeliveryResponse>> Handle(ReplayDelivery command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;

        var replayed = await webhooks.ReplayAsync(new WebhookKey(command.WebhookId, command.Scope.OrganizationId), command.EventId, cancellationToken);
        return replayed is null ? WebhooksErrors.DeliveryNotFound() : replayed;
    }
}
