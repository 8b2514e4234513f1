using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Identities;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("Users").ForOperators();

        users.MapPost("/create", (JsonBody<CreateUser> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create a user")
            .WithDescription("Without a password the user signs in through the identity provider only. Add them to an organization next.")
            .Produces<UserResponse>();

        users.MapGet("/", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListUsers(new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List users")
            .Produces<UserList>();

        users.MapGet("/{userId}", async (string userId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetUser(userId), cancellationToken)).ToHttp())
            .WithSummary("Show a user")
            .Produces<UserResponse>();

        users.MapPut("/{userId}", (string userId, JsonBody<UpdateUser> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { UserId = userId }, cancellationToken)).ToHttp()))
            .WithSummary("Change a user")
            .WithDescription("Absent fields stay as they are. A new password ends the user's sessions; a disabled user's credentials are refused on every node within a second.")
            .Produces<UserResponse>();

        users.MapDelete("/{userId}", async (string userId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteUser(userId), cancellationToken)).ToHttp())
            .WithSummary("Delete a user")
            .WithDescription("Their id is never given to another. To keep somebody out whom the identity provider still vouches for, disable them instead.")
            .Produces<DeletedUser>();
    }
}
