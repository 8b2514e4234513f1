using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Identities;

namespace SaasLlm.Api.Identities;

internal static class UserKeyEndpoints
{
    /// <summary>The user's own keys, at both addresses of the LLM API.</summary>
    public static void MapUserKeys(this IEndpointRouteBuilder app)
    {
        foreach (var root in LlmSurface.Roots)
        {
            var keys = app.MapGroup(root + "/api-keys").WithTags("API keys").ForSignedInUsers();

            keys.MapGet("/", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                    (await mediator.Send(new ListUserKeys(context.Caller()), cancellationToken)).ToHttp())
                .WithSummary("List one's own API keys")
                .Produces<UserKeyList>();

            keys.MapPost("/", (OptionalJsonBody<CreateUserKey> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                    body.Then(async command => (await mediator.Send(command with { Caller = context.Caller() }, cancellationToken)).ToHttp()))
                .WithSummary("Make an API key")
                .WithDescription("The answer shows the key; it is never shown again. It pays from the organization for which the user acts now.")
                .Produces<UserKeyResponse>();

            keys.MapDelete("/{keyId:guid}", async (Guid keyId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                    (await mediator.Send(new RevokeUserKey(context.Caller(), keyId), cancellationToken)).ToHttp())
                .WithSummary("Revoke one of one's own API keys at once")
                .Produces<RevokedUserKey>();
        }
    }
}
