using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Webhooks;

/// <summary>The organization's webhooks; for an operator who names none, everybody's.</summary>
public sealed record ListWebhooks(WebhookScope Scope, PageRequest Page) : IRequest<Result<WebhookList>>;

internal sealed class ListWebhooksHandler(IWebhookRepository webhooks) : IRequestHandler<ListWebhooks, Result<WebhookList>>
{
    public async Task<Result<WebhookList>> Handle(ListWebhooks query, CancellationToken cancellationToken)
    {
        if (query.Scope.Refusal is { } refusal)
            return refusal;

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var page = await webhooks.ListAsync(query.Scope.OrganizationId, start.Value, cancellationToken);
        return new WebhookList(page.Rows, page.NextCursor);
    }
}
