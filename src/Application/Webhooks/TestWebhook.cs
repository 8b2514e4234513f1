using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Sends an event of type <c>webhook.test</c> now, past whatever waits and whether or not the webhook is active. It is not kept.</summary>
public sealed record TestWebhook(WebhookScope Scope, Guid WebhookId) : IRequest<Result<WebhookTest>>;

/// <param name="EventId">What was sent as <c>webhook-id</c>.</param>
/// <param name="Ok">True where the receiver answered with a 2xx status.</param>
/// <param name="StatusCode">Null where it did not answer.</param>
/// <param name="LatencyMs">Time to the answer, in ms.</param>
/// <param name="ResponseExcerpt">The beginning of the answer, at most 1 KB.</param>
/// <param name="Error">Why it is no success; null where it is one.</param>
public sealed record WebhookTest(Guid EventId, bool Ok, int? StatusCode, int LatencyMs, string? ResponseExcerpt, string? Error);

internal sealed class TestWebhookHandler(IWebhookRepository webhooks, IWebhookSender sender, TimeProvider time)
    : IRequestHandler<TestWebhook, Result<WebhookTest>>
{
    public async Task<Result<WebhookTest>> Handle(TestWebhook command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;
        if (await webhooks.GetTargetAsync(new WebhookKey(command.WebhookId, command.Scope.OrganizationId), cancellationToken) is not { } target)
            return WebhooksErrors.NotFound();

        var now = time.GetUtcNow();
        var message = new WebhookMessage(Guid.CreateVersion7(now), EventTypes.Test, now, """{"message":"It works."}""");
        var answer = await sender.SendAsync(target, message, cancellationToken);
        return new WebhookTest(message.EventId, answer.Ok, answer.StatusCode, answer.LatencyMs, answer.Excerpt, answer.Error);
    }
}
