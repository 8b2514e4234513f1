using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Alerts;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Alerts;

internal static class AlertEndpoints
{
    private const string Thresholds =
        "percentages: per cent of the allocated credits that are used (default 80 and 95; empty: none). credits_below: fewer credits remaining than that; 0: no such warning. Each is told once whenever it is crossed, as an alert and as the event credits.low; credits.exhausted is told always.";

    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/alerts", async (
                [FromQuery(Name = "kind")] string? kind,
                [FromQuery(Name = "organization_id")] string? organizationId,
                [FromQuery(Name = "team_id")] string? teamId,
                int? limit,
                string? cursor,
                IMediator mediator,
                CancellationToken cancellationToken) =>
                (await mediator.Send(new ListAlerts(new AlertFilter(kind, organizationId, teamId), new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .ForOperators()
            .WithTags("Alerts")
            .WithSummary("List what there was to warn of, newest first")
            .Produces<AlertList>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        var team = app.MapGroup("/api/credits/teams/{teamId}/alerts").WithTags("Alerts");
        team.MapGet("", async (string teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetCreditAlerts(context.Caller(), OfTeam(teamId)), cancellationToken)).ToHttp())
            .ForTeamsAndOperators()
            .WithName("getTeamCreditAlerts")
            .WithSummary("Show at which credits a team is warned")
            .Produces<CreditAlertsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        team.MapPatch("", (string teamId, JsonBody<SetCreditAlerts> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), Owner = OfTeam(teamId) }, cancellationToken)).ToHttp()))
            .ForOperators()
            .WithName("setTeamCreditAlerts")
            .WithSummary("Say at which credits a team is warned")
            .WithDescription(Thresholds)
            .Produces<CreditAlertsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        var organization = app.MapGroup("/api/organizations/{organizationId}/credits/alerts").WithTags("Alerts").ForUsers();
        organization.MapGet("", async (string organizationId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetCreditAlerts(context.Caller(), OfOrganization(organizationId)), cancellationToken)).ToHttp())
            .WithName("getOrganizationCreditAlerts")
            .WithSummary("Show at which credits of its pool an organization is warned")
            .Produces<CreditAlertsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        organization.MapPatch("", (string organizationId, JsonBody<SetCreditAlerts> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), Owner = OfOrganization(organizationId) }, cancellationToken)).ToHttp()))
            .WithName("setOrganizationCreditAlerts")
            .WithSummary("Say at which credits of its pool an organization is warned")
            .WithDescription(Thresholds + " The percentages hold for the allocations of its users too.")
            .Produces<CreditAlertsResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static CreditAlertsOwner OfTeam(string teamId) => new(teamId, OrganizationId: null);

    private static CreditAlertsOwner OfOrganization(string organizationId) => new(TeamId: null, organizationId);
}
