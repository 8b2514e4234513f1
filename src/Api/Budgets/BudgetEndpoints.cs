using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Budgets;
using SaasLlm.Domain.Budgets;

namespace SaasLlm.Api.Budgets;

internal static class BudgetEndpoints
{
    private const string Description =
        "monthly_cost_usd is what calls may cost at the providers in a calendar month (UTC). At each of alert_percents (80 and 100) an alert is given, once; at 100 the event budget.exceeded. mode hard also refuses new jobs and metered calls then, with 403 budget_exceeded, until the month ends or the budget is raised. daily_spike_factor warns of a day that costs more than so many times the mean of the 14 before. What is absent is reset to its default.";

    public static void MapBudgets(this IEndpointRouteBuilder app)
    {
        var team = app.MapGroup("/api/teams/{teamId}/budget").WithTags("Budgets").ForOperators();
        team.MapGet("", async (string teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetBudget(BudgetOwner.OfTeam(teamId)), cancellationToken)).ToHttp())
            .WithSummary("Show a team's budget and what is left of it")
            .Produces<BudgetResponse>();
        team.MapPut("", (string teamId, JsonBody<SetBudget> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { Owner = BudgetOwner.OfTeam(teamId) }, cancellationToken)).ToHttp()))
            .WithSummary("Set a team's budget")
            .WithDescription(Description)
            .Produces<BudgetResponse>();
        team.MapDelete("", async (string teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteBudget(BudgetOwner.OfTeam(teamId)), cancellationToken)).ToHttp())
            .WithSummary("Take a team's budget away")
            .Produces<DeletedBudget>();

        var organization = app.MapGroup("/api/organizations/{organizationId}/budget").WithTags("Budgets").ForOperators();
        organization.MapGet("", async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetBudget(BudgetOwner.OfOrganization(organizationId)), cancellationToken)).ToHttp())
            .WithSummary("Show an organization's budget and what is left of it")
            .Produces<BudgetResponse>();
        organization.MapPut("", (string organizationId, JsonBody<SetBudget> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { Owner = BudgetOwner.OfOrganization(organizationId) }, cancellationToken)).ToHttp()))
            .WithSummary("Set the budget of all teams and users of an organization together")
            .WithDescription(Description)
            .Produces<BudgetResponse>();
        organization.MapDelete("", async (string organizationId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteBudget(BudgetOwner.OfOrganization(organizationId)), cancellationToken)).ToHttp())
            .WithSummary("Take an organization's budget away")
            .Produces<DeletedBudget>();
    }
}
