using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Webhooks;

namespace SaasLlm.Api.Webhooks;

/// <summary>The same routes twice: for operators over all webhooks, and for an organization's owners and admins over theirs.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/api/webhooks").WithTags("Webhooks").ForOperators();
        MapWebhooks(all);
        all.MapGet("", (int? limit, string? cursor, [FromQuery(Name = "organization_id")] string? organizationId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                ListAsync(new WebhookScope(context.Caller(), organizationId), limit, cursor, mediator, cancellationToken))
            .WithSummary("List webhooks")
            .WithDescription("With organization_id, that organization's; else everybody's.")
            .Produces<WebhookList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        var organization = app.MapGroup("/api/organizations/{organizationId}/webhooks").WithTags("Webhooks").ForUsers();
        MapWebhooks(organization);
        organization.MapGet("", (int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                ListAsync(ScopeOf(context), limit, cursor, mediator, cancellationToken))
            .WithSummary("List webhooks")
            .Produces<WebhookList>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static void MapWebhooks(RouteGroupBuilder webhooks)
    {
        webhooks.MapPost("", (JsonBody<CreateWebhook> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { Scope = ScopeOf(context) }, cancellationToken)).ToHttp()))
            .WithSummary("Make a webhook")
            .WithDescription("The answer shows the secret this once; verify what comes with it as Standard Webhooks says. The webhooks section of this document says what each event tells. Only an operator names an organization_id.")
            .Produces<WebhookResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        webhooks.MapGet("/{webhookId:guid}", async (Guid webhookId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetWebhook(ScopeOf(context), webhookId), cancellationToken)).ToHttp())
            .WithSummary("Get a webhook")
            .Produces<WebhookResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        webhooks.MapPut("/{webhookId:guid}", (Guid webhookId, JsonBody<UpdateWebhook> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Scope = ScopeOf(context), WebhookId = webhookId }, cancellationToken)).ToHttp()))
            .WithSummary("Change a webhook")
            .WithDescription("Absent fields stay as they are. active: true sends at once what has waited.")
            .Produces<WebhookResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        webhooks.MapDelete("/{webhookId:guid}", async (Guid webhookId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteWebhook(ScopeOf(context), webhookId), cancellationToken)).ToHttp())
            .WithSummary("Delete a webhook")
            .WithDescription("With everything that waits for it.")
            .Produces<DeletedWebhook>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        webhooks.MapPost("/{webhookId:guid}/rotate-secret", (Guid webhookId, OptionalJsonBody<RotateWebhookSecret> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Scope = ScopeOf(context), WebhookId = webhookId }, cancellationToken)).ToHttp()))
            .WithSummary("Replace a webhook's secret")
            .WithDescription("The answer shows the new secret this once. Until overlap_seconds are over (default a day) both secrets sign what is sent.")
            .Produces<WebhookResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        webhooks.MapPost("/{webhookId:guid}/test", async (Guid webhookId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new TestWebhook(ScopeOf(context), webhookId), cancellationToken)).ToHttp())
            .WithSummary("Try a webhook")
            .WithDescription("Sends an event of type webhook.test now, active or not. A receiver that refuses is an answer (ok: false), not an error.")
            .Produces<WebhookTest>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        webhooks.MapGet("/{webhookId:guid}/deliveries", async (Guid webhookId, string? status, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListDeliveries(ScopeOf(context), webhookId, status, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List what was delivered to a webhook and what waits for it, newest first")
            .WithDescription("With status, only what is pending (retrying included) or only what is delivered.")
            .Produces<DeliveryList>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        webhooks.MapPost("/{webhookId:guid}/deliveries/{eventId:guid}/replay", async (Guid webhookId, Guid eventId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ReplayDelivery(ScopeOf(context), webhookId, eventId), cancellationToken)).ToHttp())
            .WithSummary("Send an event again")
            .WithDescription("Under the same webhook-id, before what is newer. One that waits for its next attempt is sent now.")
            .Produces<DeliveryResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(WebhookScope scope, int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
        (await mediator.Send(new ListWebhooks(scope, new PageRequest(limit, cursor)), cancellationToken)).ToHttp();

    private static WebhookScope ScopeOf(HttpContext context) => new(context.Caller(), context.GetRouteValue("organizationId") as string);
}
