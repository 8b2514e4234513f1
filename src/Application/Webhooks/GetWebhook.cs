using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

public sealed record GetWebhook(WebhookScope Scope, Guid WebhookId) : IRequest<Result<WebhookResponse>>;

internal sealed class GetWebhookHandler(IWebhookRepository webhooks) : IRequestHandler<GetWebhook, Result<WebhookResponse>>
{
    public async Task<Result<WebhookResponse>> Handle(GetWebhook query, CancellationToken cancellationToken)
    {
        if (query.Scope.Refusal is { } refusal)
            return refusal;

        var webhook = await webhooks.GetAsync(new WebhookKey(query.WebhookId, query.Scope.OrganizationId), cancellationToken);
        return webhook is null ? WebhooksErrors.NotFound() : webhook;
    }
}
