using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Catalog;

internal static class ModelGroupEndpoints
{
    public static void MapModelGroups(this IEndpointRouteBuilder app)
    {
        var groups = app.MapGroup("/api/model-groups").WithTags("Model groups").ForOperators();

        groups.MapPost("/create", (JsonBody<CreateModelGroup> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create a model group")
            .WithDescription("Priority 0 is tried first, the others are fallbacks in ascending order; models of one priority share the load by weight.")
            .Produces<ModelGroupResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListModelGroups(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List model groups")
            .Produces<ModelGroupList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapGet("/{groupName}", async (string groupName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetModelGroup(groupName), cancellationToken)).ToHttp())
            .WithSummary("Get a model group")
            .Produces<ModelGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        groups.MapPut("/{groupName}", (string groupName, JsonBody<UpdateModelGroup> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { GroupName = groupName }, cancellationToken)).ToHttp()))
            .WithSummary("Change a model group")
            .WithDescription("Absent fields stay as they are; models are replaced as a whole.")
            .Produces<ModelGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapPut("/{groupName}/models", (string groupName, JsonBody<GroupModels> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async given => (await mediator.Send(new UpdateModelGroup(Models: given.Models ?? []) { GroupName = groupName }, cancellationToken)).ToHttp()))
            .WithSummary("Replace a model group's models")
            .Produces<ModelGroupResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        groups.MapGet("/{groupName}/resolve", async (string groupName, [FromQuery(Name = "team_id")] string? teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ResolveModelGroup(groupName, teamId), cancellationToken)).ToHttp())
            .WithSummary("Show which models would serve a group")
            .WithDescription("In the order in which they are tried, as for the team where team_id is given, with the reason why one would not serve.")
            .Produces<ResolvedModelGroup>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        groups.MapDelete("/{groupName}", async (string groupName, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteModelGroup(groupName), cancellationToken)).ToHttp())
            .WithSummary("Delete a model group")
            .WithDescription("Refused while it is granted to a team.")
            .Produces<DeletedModelGroup>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }
}

/// <summary>The body of the replacement of a group's models.</summary>
internal sealed record GroupModels(IReadOnlyList<ModelGroupEntry>? Models = null);
