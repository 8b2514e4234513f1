using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Deletes a webhook with everything that waits for it.</summary>
public sealed record DeleteWebhook(WebhookScope Scope, Guid WebhookId) : IRequest<Result<DeletedWebhook>>, ITransactional;

public sealed record DeletedWebhook(Guid WebhookId, bool Deleted = true);

internal sealed class DeleteWebhookHandler(IWebhookRepository webhooks) : IRequestHandler<DeleteWebhook, Result<DeletedWebhook>>
{
    public async Task<Result<DeletedWebhook>> Handle(DeleteWebhook command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;

        var deleted = await webhooks.DeleteAsync(new WebhookKey(command.WebhookId, command.Scope.OrganizationId), cancellationToken);
        return deleted ? new DeletedWebhook(command.WebhookId) : WebhooksErrors.NotFound();
    }
}
