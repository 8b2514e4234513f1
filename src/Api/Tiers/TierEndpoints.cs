using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Tiers;

namespace SaasLlm.Api.Tiers;

internal static class TierEndpoints
{
    public static void MapTiers(this IEndpointRouteBuilder app)
    {
        var tiers = app.MapGroup("/api/tiers").WithTags("Tiers").ForOperators();

        tiers.MapPost("/create", (JsonBody<CreateTier> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create a tier")
            .Produces<TierResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        tiers.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListTiers(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List tiers")
            .Produces<TierList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        tiers.MapGet("/{tierName}", async (string tierName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetTier(tierName), cancellationToken)).ToHttp())
            .WithSummary("Get a tier")
            .Produces<TierResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        tiers.MapPut("/{tierName}", (string tierName, JsonBody<UpdateTier> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TierName = tierName }, cancellationToken)).ToHttp()))
            .WithSummary("Change a tier")
            .WithDescription("Counts from the next call. Absent fields stay as they are; 0 removes a limit, a trial or the monthly credits, an empty text the default model.")
            .Produces<TierResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        tiers.MapDelete("/{tierName}", async (string tierName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteTier(tierName), cancellationToken)).ToHttp())
            .WithSummary("Delete a tier")
            .WithDescription("Refused while an organization has it.")
            .Produces<DeletedTier>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }
}
