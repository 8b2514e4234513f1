using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Credits;

/// <summary>Both spellings of the credit routes: with the team in the path, and with the team in the body or the query.</summary>
internal static class CreditEndpoints
{
    public static void MapCredits(this IEndpointRouteBuilder app)
    {
        var credits = app.MapGroup("/api/credits").WithTags("Credits");

        credits.MapPost("/teams/{teamId}/add", (string teamId, JsonBody<AddToTeam> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async add => (await mediator.Send(
                    new AddCredits(context.Caller(), teamId, add.Credits, add.Reason, context.IdempotencyKey()), cancellationToken)).ToHttp()))
            .ForOperators()
            .WithSummary("Grant a team credits")
            .WithDescription("Send an Idempotency-Key header to make a repeated request harmless.")
            .Produces<CreditsAdded>();

        credits.MapPost("/add", (JsonBody<AddByBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async add => (await mediator.Send(
                    new AddCredits(context.Caller(), add.TeamId, add.Amount, add.Description, context.IdempotencyKey()), cancellationToken)).ToHttp()))
            .ForOperators()
            .WithSummary("Grant a team credits (team in the body)")
            .Produces<CreditsAdded>();

        credits.MapGet("/teams/{teamId}/balance", (string teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Balance(teamId, context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithSummary("Show a team's credits")
            .Produces<BalanceResponse>();

        credits.MapGet("/balance", ([Microsoft.AspNetCore.Mvc.FromQuery(Name = "team_id")] string? teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Balance(teamId, context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithSummary("Show a team's credits (team in the query; a team's own key may leave it out)")
            .Produces<BalanceResponse>();

        credits.MapGet("/teams/{teamId}/transactions", (string teamId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Transactions(teamId, new PageRequest(limit, cursor), context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithSummary("List a team's ledger, newest first")
            .Produces<TransactionList>();

        credits.MapGet("/transactions", ([Microsoft.AspNetCore.Mvc.FromQuery(Name = "team_id")] string? teamId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Transactions(teamId, new PageRequest(limit, cursor), context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithSummary("List a team's ledger (team in the query)")
            .Produces<TransactionList>();

        app.MapGet("/api/ledger/verify", async (IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new VerifyLedger(), cancellationToken)).ToHttp())
            .ForOperators()
            .WithTags("Credits")
            .WithSummary("Recompute every invariant of the ledger from its rows")
            .Produces<LedgerReport>();
    }

    private static async Task<IResult> Balance(string? teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        TeamOf(teamId, context) is { } team
            ? (await mediator.Send(new GetBalance(context.Caller(), team), cancellationToken)).ToHttp()
            : TeamRequired();

    private static async Task<IResult> Transactions(string? teamId, PageRequest page, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        TeamOf(teamId, context) is { } team
            ? (await mediator.Send(new ListTransactions(context.Caller(), team, page), cancellationToken)).ToHttp()
            : TeamRequired();

    private static string? TeamOf(string? teamId, HttpContext context) => teamId ?? context.Caller().TeamId;

    private static IResult TeamRequired() => Domain.Shared.Error.Field("team_id", "is required in the query.").ToHttp();

    internal sealed record AddToTeam(decimal? Credits, string? Reason);

    internal sealed record AddByBody(string? TeamId, decimal? Amount, string? Description);
}
