using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.ProviderCredentials;

internal static class ProviderCredentialEndpoints
{
    public static void MapProviderCredentials(this IEndpointRouteBuilder app)
    {
        var credentials = app.MapGroup("/api/provider-credentials").WithTags("Provider credentials").ForOperators();

        credentials.MapPost("/create", (JsonBody<CreateProviderCredential> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Store a provider's key")
            .WithDescription("The key is encrypted and never shown again, only its last 4 characters. Of several active credentials of one provider the newest serves; an organization's own comes before the common one.")
            .Produces<ProviderCredentialResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        credentials.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListProviderCredentials(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List provider credentials")
            .Produces<ProviderCredentialList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        credentials.MapGet("/{credentialId:guid}", async (Guid credentialId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetProviderCredential(credentialId), cancellationToken)).ToHttp())
            .WithSummary("Get a provider credential")
            .Produces<ProviderCredentialResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        credentials.MapPut("/{credentialId:guid}", (Guid credentialId, JsonBody<UpdateProviderCredential> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { CredentialId = credentialId }, cancellationToken)).ToHttp()))
            .WithSummary("Change a provider credential")
            .WithDescription("Absent fields stay as they are; an empty api_base means the provider's own address.")
            .Produces<ProviderCredentialResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        MapActive(credentials, "activate", active: true, "Let a provider credential serve calls");
        MapActive(credentials, "deactivate", active: false, "Keep a provider credential from serving calls");

        credentials.MapPost("/{credentialId:guid}/test", async (Guid credentialId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new TestProviderCredential(credentialId), cancellationToken)).ToHttp())
            .WithSummary("Try a provider credential")
            .WithDescription("Sends the provider its cheapest request. A key that is refused is an answer (ok: false), not an error.")
            .Produces<ProviderCredentialTest>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        credentials.MapDelete("/{credentialId:guid}", async (Guid credentialId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteProviderCredential(credentialId), cancellationToken)).ToHttp())
            .WithSummary("Delete a provider credential")
            .Produces<DeletedProviderCredential>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static void MapActive(RouteGroupBuilder credentials, string verb, bool active, string summary) =>
        credentials.MapPut($"/{{credentialId:guid}}/{verb}", async (Guid credentialId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new UpdateProviderCredential(Active: active) { CredentialId = credentialId }, cancellationToken)).ToHttp())
            .WithSummary(summary)
            .Produces<ProviderCredentialResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
}
