using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Byok;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Byok;

internal static class ByokEndpoints
{
    private static readonly Error NoSuchKey = new("byok_key_not_found", "A key's id is a UUID; no key has this one.", ErrorKind.NotFound);

    public static void MapByok(this IEndpointRouteBuilder app)
    {
        foreach (var root in LlmSurface.Roots)
            MapByok(app.MapGroup(root + "/byok/keys").WithTags("Own keys").ForUsers());
    }

    private static void MapByok(RouteGroupBuilder keys)
    {
        keys.MapGet("", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken, [FromQuery(Name = "organization_id")] string? organizationId = null) =>
                (await mediator.Send(new ListByokKeys(context.Caller(), organizationId), cancellationToken)).ToHttp())
            .WithSummary("List the keys that serve the caller's own calls")
            .WithDescription("The caller's own and the organization's, masked. An operator names an organization_id.")
            .Produces<ByokKeyList>();

        keys.MapPost("", (JsonBody<AddByokKey> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken, [FromQuery] bool? validate = null) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), Validate = validate ?? command.Validate }, cancellationToken)).ToHttp()))
            .WithSummary("Bring a key for a provider")
            .WithDescription("Calls that it can serve use it instead of the platform's and cost no credits. The provider is asked once whether it accepts the key; it is stored encrypted and never shown again, and takes the place of the owner's former key for the provider.")
            .Produces<ByokKeyResponse>();

        keys.MapDelete("/{keyId}", async (string keyId, HttpContext context, IMediator mediator, CancellationToken cancellationToken, [FromQuery(Name = "organization_id")] string? organizationId = null) =>
                Guid.TryParse(keyId, out var id)
                    ? (await mediator.Send(new DeleteByokKey(context.Caller(), id, organizationId), cancellationToken)).ToHttp()
                    : NoSuchKey.ToHttp())
            .WithSummary("Delete a key")
            .WithDescription("No call on any node uses it any more.")
            .Produces<DeletedByokKey>();
    }
}
