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
        MapBudget(credits);

        credits.MapPost("/teams/{teamId}/add", (string teamId, JsonBody<AddTeamCreditsBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async add => (await mediator.Send(
                    new AddCredits(context.Caller(), teamId, add.Credits, add.Reason, context.IdempotencyKey()), cancellationToken)).ToHttp()))
            .ForOperators()
            .TakesIdempotencyKey()
            .WithName("addTeamCredits")
            .WithSummary("Grant a team credits")
            .Produces<TeamCreditsAdded>();

        credits.MapPost("/add", (JsonBody<AddCreditsBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async add => (await mediator.Send(
                    new AddCredits(context.Caller(), add.TeamId, add.Amount, add.Description, context.IdempotencyKey()), cancellationToken)).ToHttp()))
            .ForOperators()
            .TakesIdempotencyKey()
            .WithName("addCredits")
            .WithSummary("Grant a team credits (team in the body)")
            .Produces<TeamCreditsAdded>();

        credits.MapGet("/teams/{teamId}/balance", (string teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Balance(teamId, context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithName("getTeamBalance")
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
            .WithName("getTeamTransactions")
            .WithSummary("List a team's ledger, newest first")
            .Produces<TransactionList>();

        credits.MapGet("/transactions", ([Microsoft.AspNetCore.Mvc.FromQuery(Name = "team_id")] string? teamId, int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                Transactions(teamId, new PageRequest(limit, cursor), context, mediator, cancellationToken))
            .ForTeamsAndOperators()
            .WithSummary("List a team's ledger (team in the query)")
            .Produces<TransactionList>();

        MapLedger(app.MapGroup("/api/ledger").WithTags("Credits").ForOperators());
    }

    /// <summary>The books of all wallets.</summary>
    private static void MapLedger(RouteGroupBuilder ledger)
    {
        ledger.MapGet("/transactions", async (string? kind, int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListLedger(kind, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List the ledger of all wallets, newest first")
            .Produces<LedgerEntryList>();

        ledger.MapGet("/holds", async (IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetHolds(), cancellationToken)).ToHttp())
            .WithSummary("Sum up what is held for work that has not ended")
            .Produces<HoldsResponse>();

        ledger.MapGet("/verify", async (IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new VerifyLedger(), cancellationToken)).ToHttp())
            .WithSummary("Recompute every invariant of the ledger from its rows")
            .Produces<LedgerReport>();
    }

    /// <summary>How a team pays, and what comes back to it.</summary>
    private static void MapBudget(RouteGroupBuilder credits)
    {
        var team = credits.MapGroup("/teams/{teamId}").ForOperators();

        foreach (var route in (ReadOnlySpan<string>)["budget-mode", "conversion-rates"])
        {
            team.MapPatch(route, (string teamId, JsonBody<SetBudgetMode> body, IMediator mediator, CancellationToken cancellationToken) =>
                    body.Then(async change => (await mediator.Send(change with { TeamId = teamId }, cancellationToken)).ToHttp()))
                .WithSummary(route == "budget-mode" ? "Say how a team's jobs are charged" : "Set what a credit is worth where jobs are charged by use")
                .WithDescription("Absent fields stay as they are. Jobs that run keep what they began with.")
                .Produces<TeamBudgetMode>();
        }

        team.MapPatch("grace", (string teamId, JsonBody<SetGrace> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async change => (await mediator.Send(change with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Say how far below zero a team's credits may go")
            .Produces<TeamGrace>();

        team.MapPost("refund", (string teamId, JsonBody<RefundJob> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async refund => (await mediator.Send(refund with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithName("refundJob")
            .WithSummary("Give a job's charge back, once")
            .Produces<JobRefunded>();

        team.MapPost("configure-auto-refill", (string teamId, JsonBody<ConfigureAutoRefill> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async refill => (await mediator.Send(refill with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Grant a team credits at the start of each day, week or month")
            .Produces<AutoRefillResponse>();

        team.MapGet("auto-refill", async (string teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetAutoRefill(teamId), cancellationToken)).ToHttp())
            .WithSummary("Show how a team is refilled")
            .Produces<AutoRefillResponse>();
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

    internal sealed record AddTeamCreditsBody(decimal? Credits, string? Reason);

    internal sealed record AddCreditsBody(string? TeamId, decimal? Amount, string? Description);
}
