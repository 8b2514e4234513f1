using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Credits;

/// <summary>The credits that an organization's users call with: its pool and their allocations.</summary>
internal static class OrganizationCreditEndpoints
{
    public static void MapOrganizationCredits(this IEndpointRouteBuilder app)
    {
        var organization = app.MapGroup("/api/organizations/{organizationId}").WithTags("Credits");

        organization.MapPost("/credits/add", (string organizationId, JsonBody<AddOrganizationCreditsBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async add => (await mediator.Send(
                    new AddOrganizationCredits(context.Caller(), organizationId, add.Credits, add.Reason, context.IdempotencyKey()), cancellationToken)).ToHttp()))
            .ForOperators()
            .TakesIdempotencyKey()
            .WithName("addOrganizationCredits")
            .WithSummary("Grant an organization's pool credits")
            .Produces<OrganizationCreditsAdded>();

        organization.MapGet("/credits", async (string organizationId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetOrganizationCredits(context.Caller(), organizationId, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .ForUsers()
            .WithSummary("Show an organization's pool and its users' allocations")
            .WithDescription("For its owners and admins. limit and cursor page through the allocations.")
            .Produces<OrganizationCreditsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        organization.MapGet("/credits/transactions", async (string organizationId, [FromQuery(Name = "user_id")] string? userId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListOrganizationTransactions(context.Caller(), organizationId, userId, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .ForUsers()
            .WithName("getOrganizationTransactions")
            .WithSummary("List the ledger of an organization's pool, newest first")
            .WithDescription("For its owners and admins. With user_id, the ledger of that user's allocation.")
            .Produces<OrganizationTransactionList>()
            .ProducesProblem(StatusCodes.Status404NotFound);

        organization.MapPut("/credits/hold-policy", (string organizationId, JsonBody<SetPoolHoldPolicy> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), OrganizationId = organizationId }, cancellationToken)).ToHttp()))
            .ForUsers()
            .WithName("setOrganizationHoldPolicy")
            .WithSummary("Say how much of the pool a call holds while it runs")
            .WithDescription("elastic (default): what it will probably cost. strict: the most that it can cost, so that no call ends early for want of credits.")
            .Produces<PoolHoldPolicy>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        organization.MapPut("/users/{userId}/allocation", (string organizationId, string userId, JsonBody<SetAllocation> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), OrganizationId = organizationId, UserId = userId }, cancellationToken)).ToHttp()))
            .ForUsers()
            .WithSummary("Set what a user has of the organization's credits")
            .WithDescription("For its owners and admins. Credits are the allocation in all, used ones included: the difference moves from the pool or back to it. It cannot be set below what is used and held (409); 0 takes back what is left. A user with an allocation pays from it alone.")
            .Produces<AllocationResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    internal sealed record AddOrganizationCreditsBody(decimal? Credits, string? Reason);
}
