using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>What was delivered to a webhook and what waits for it, newest first.</summary>
/// <param name="Status"><c>pending</c> (not delivered yet) or <c>delivered</c>; null: all.</param>
public sealed record ListDeliveries(WebhookScope Scope, Guid WebhookId, string? Status, PageRequest Page) : IRequest<Result<DeliveryList>>;

internal sealed class ListDeliveriesHandler(IWebhookRepository webhooks) : IRequestHandler<ListDeliveries, Result<DeliveryList>>
{
    public async Task<Result<DeliveryList>> Handle(ListDeliveries query, CancellationToken cancellationToken)
    {
        if (query.Scope.Refusal is { } refusal)
            return refusal;
        if (query.Status is not (null or "pending" or "delivered"))
            return Error.Field("status", "must be pending or delivered.");

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var key = new WebhookKey(query.WebhookId, query.Scope.OrganizationId);
        if (await webhooks.GetAsync(key, cancellationToken) is null)
            return WebhooksErrors.NotFound();

        var page = await webhooks.ListDeliveriesAsync(key, query.Status is null ? null : query.Status == "delivered", start.Value, cancellationToken);
        return new DeliveryList(page.Rows, page.NextCursor);
    }
}
