using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Organizations;

internal static class OrganizationEndpoints
{
    private static readonly string[] PostOrPut = [HttpMethods.Post, HttpMethods.Put];

    public static void MapOrganizations(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/organizations").WithTags("Organizations").ForOperators();

        group.MapPost("/create", (JsonBody<CreateOrganization> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create an organization")
            .Produces<OrganizationResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        group.MapGet("", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListOrganizations(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List organizations")
            .Produces<OrganizationList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        group.MapGet("/{organizationId}", async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetOrganization(organizationId), cancellationToken)).ToHttp())
            .WithSummary("Get an organization")
            .Produces<OrganizationResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        group.MapPut("/{organizationId}", (string organizationId, JsonBody<UpdateOrganization> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { OrganizationId = organizationId }, cancellationToken)).ToHttp()))
            .WithSummary("Change an organization")
            .WithDescription("Fields that are absent stay as they are; metadata is replaced as a whole, an empty tier removes it, and so does a limit of 0.")
            .Produces<OrganizationResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        group.MapDelete("/{organizationId}", async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteOrganization(organizationId), cancellationToken)).ToHttp())
            .WithSummary("Delete an organization")
            .WithDescription("Refused while it has teams. Its own provider credentials go with it; the history of its former teams stays.")
            .Produces<DeletedOrganization>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        group.MapMethods("/{organizationId}/suspend", PostOrPut, async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new SuspendOrganization(organizationId, Suspended: true), cancellationToken)).ToHttp())
            .WithSummary("Suspend an organization")
            .WithDescription("Stops every team of it, on every node within a second.")
            .Produces<OrganizationResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        group.MapMethods("/{organizationId}/resume", PostOrPut, async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new SuspendOrganization(organizationId, Suspended: false), cancellationToken)).ToHttp())
            .WithSummary("Resume an organization")
            .Produces<OrganizationResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }
}
