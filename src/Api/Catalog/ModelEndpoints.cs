using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Catalog;

internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/api/models").WithTags("Models").ForOperators();

        models.MapPost("/create", (JsonBody<CreateModel> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Add a model")
            .WithDescription("Prices are USD per million tokens. A model without prices is kept but refuses calls with model_not_priced; a free one has prices of zero.")
            .Produces<ModelResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        models.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListModels(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List models")
            .Produces<ModelList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        models.MapGet("/{modelAlias}", async (string modelAlias, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetModel(modelAlias), cancellationToken)).ToHttp())
            .WithSummary("Get a model")
            .Produces<ModelResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        models.MapPut("/{modelAlias}", (string modelAlias, JsonBody<UpdateModel> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { ModelAlias = modelAlias }, cancellationToken)).ToHttp()))
            .WithSummary("Change a model")
            .WithDescription("Absent fields stay as they are. The built-in catalogue leaves the model alone from then on.")
            .Produces<ModelResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        models.MapDelete("/{modelAlias}", async (string modelAlias, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteModel(modelAlias), cancellationToken)).ToHttp())
            .WithSummary("Delete a model")
            .WithDescription("Refused while a model group uses it; access groups lose it. A built-in model does not come back.")
            .Produces<DeletedModel>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }
}
