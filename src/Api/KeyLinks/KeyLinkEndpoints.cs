using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.KeyLinks;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.KeyLinks;

internal static class KeyLinkEndpoints
{
    public static void MapKeyLinks(this IEndpointRouteBuilder app)
    {
        var links = app.MapGroup("/api/key-links").WithTags("Key links");

        links.MapPost("/", (JsonBody<CreateKeyLink> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command =>
                {
                    context.Response.Headers.CacheControl = "no-store";
                    return (await mediator.Send(command, cancellationToken)).ToHttp();
                }))
            .ForOperators()
            .WithName("createKeyLink")
            .WithSummary("Make a link that shows a team's key once")
            .WithDescription("To hand a key over. Send the key as it was just shown: the service does not keep it, and keeps it in the link only as the link's own address can open it.")
            .Produces<KeyLinkResponse>();

        // Whoever has the link has no credential yet: that is what it is for.
        links.MapPost("/claim", (JsonBody<ClaimKeyLink> body, Requester requester, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command =>
                {
                    requester.IsUnknown(context.TraceIdentifier, context.Connection.RemoteIpAddress);
                    context.Response.Headers.CacheControl = "no-store";
                    return (await mediator.Send(command, cancellationToken)).ToHttp();
                }))
            .WithName("claimKeyLink")
            .WithSummary("Open such a link: gives the key, this once")
            .WithDescription($"Needs no credential. {ClaimKeyLink.TriesPerMinute} tries a minute from one address; 410 where the link was opened before or has expired.")
            .Produces<ClaimedKey>()
            .ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }
}
