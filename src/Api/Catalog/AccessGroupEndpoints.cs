using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Catalog;

internal static class AccessGroupEndpoints
{
    public static void MapAccessGroups(this IEndpointRouteBuilder app)
    {
        var groups = app.MapGroup("/api/model-access-groups").WithTags("Model access groups").ForOperators();

        groups.MapPost("/create", (JsonBody<CreateAccessGroup> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create a model access group")
            .WithDescription("Teams that it is granted to may call each of its models by its alias.")
            .Produces<AccessGroupResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListAccessGroups(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List model access groups")
            .Produces<AccessGroupList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapGet("/{groupName}", async (string groupName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetAccessGroup(groupName), cancellationToken)).ToHttp())
            .WithSummary("Get a model access group")
            .Produces<AccessGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        groups.MapPut("/{groupName}", (string groupName, JsonBody<UpdateAccessGroup> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { GroupName = groupName }, cancellationToken)).ToHttp()))
            .WithSummary("Change a model access group")
            .WithDescription("Absent fields stay as they are; model_aliases are replaced as a whole.")
            .Produces<AccessGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        MapChange(groups, "add-models", remove: false, "Add models to an access group");
        MapChange(groups, "remove-models", remove: true, "Remove models from an access group");

        groups.MapDelete("/{groupName}", async (string groupName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteAccessGroup(groupName), cancellationToken)).ToHttp())
            .WithSummary("Delete a model access group")
            .WithDescription("Refused while it is granted to a team.")
            .Produces<DeletedAccessGroup>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static void MapChange(RouteGroupBuilder groups, string verb, bool remove, string summary) =>
        groups.MapPost($"/{{groupName}}/{verb}", (string groupName, JsonBody<ChangeAccessGroupModels> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { GroupName = groupName, Remove = remove }, cancellationToken)).ToHttp()))
            .WithSummary(summary)
            .Produces<AccessGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
