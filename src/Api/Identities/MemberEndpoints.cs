using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Identities;

internal static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder app)
    {
        var members = app.MapGroup("/api/organizations/{organizationId}/members").WithTags("Users").ForUsers();

        members.MapGet("/", async (string organizationId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListMembers(context.Caller(), organizationId, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List an organization's members")
            .WithDescription("For operators, and for owners and admins of the organization.")
            .Produces<MemberList>();

        members.MapPost("/", (string organizationId, JsonBody<AddMember> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { Caller = context.Caller(), OrganizationId = organizationId }, cancellationToken)).ToHttp()))
            .WithName("addOrganizationMember")
            .WithSummary("Add a user to an organization")
            .WithDescription("For operators, and for owners and admins of the organization; only an owner or operator makes owners.")
            .Produces<MemberResponse>();

        members.MapPut("/{userId}", (string organizationId, string userId, JsonBody<ChangeMember> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), OrganizationId = organizationId, UserId = userId }, cancellationToken)).ToHttp()))
            .WithSummary("Give a member another role")
            .WithDescription("As for adding one. The last owner stays an owner.")
            .Produces<MemberResponse>();

        members.MapDelete("/{userId}", async (string organizationId, string userId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new RemoveMember(context.Caller(), organizationId, userId), cancellationToken)).ToHttp())
            .WithName("removeOrganizationMember")
            .WithSummary("Remove a member")
            .WithDescription("As for adding one. The last owner cannot be removed.")
            .Produces<RemovedMember>();
    }
}
