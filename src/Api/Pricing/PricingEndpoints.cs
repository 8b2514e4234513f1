using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Pricing;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Pricing;

internal static class PricingEndpoints
{
    public static void MapPricing(this IEndpointRouteBuilder app)
    {
        var pricing = app.MapGroup("/api/pricing").WithTags("Pricing").ForOperators();

        pricing.MapPost("/rules", (JsonBody<CreatePricingRule> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithName("createPricingRule")
            .WithSummary("Create a pricing rule")
            .WithDescription("It takes the place of an older rule of the same scope from effective_from on. Jobs are billed by what was in force when they were created; those that have ended keep their price.")
            .Produces<PricingRuleResponse>();

        pricing.MapGet("/rules", async ([AsParameters] RuleQuery query, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(query.ToRequest(), cancellationToken)).ToHttp())
            .WithSummary("List pricing rules, newest first")
            .WithDescription("With active_at, those in force at that moment which no newer rule of their scope has replaced.")
            .Produces<PricingRuleList>();

        pricing.MapGet("/rules/{pricingRuleId:guid}", async (Guid pricingRuleId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetPricingRule(pricingRuleId), cancellationToken)).ToHttp())
            .WithSummary("Show a pricing rule")
            .Produces<PricingRuleResponse>();

        pricing.MapDelete("/rules/{pricingRuleId:guid}", async (Guid pricingRuleId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new EndPricingRule(pricingRuleId), cancellationToken)).ToHttp())
            .WithSummary("Let a pricing rule end now")
            .WithDescription("It is kept: jobs that were created before are billed by it.")
            .Produces<PricingRuleResponse>();

        pricing.MapPost("/preview", (JsonBody<PreviewPricing> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async query => (await mediator.Send(query, cancellationToken)).ToHttp()))
            .WithSummary("Price a month's jobs under a proposed rule, without keeping it")
            .Produces<PricingPreview>();

        app.MapPatch("/api/teams/{teamId}/markup", (string teamId, JsonBody<SetTeamMarkup> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithTags("Pricing")
            .ForOperators()
            .WithSummary("Bill a team's jobs with a mark-up on their cost from now on")
            .WithDescription("The short form of a markup rule for the team; rules for one of its job types still come first.")
            .Produces<PricingRuleResponse>();
    }

    /// <summary>The query string of a list of rules.</summary>
    internal sealed record RuleQuery
    {
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "team_id")]
        public string? TeamId { get; init; }

        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "organization_id")]
        public string? OrganizationId { get; init; }

        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "job_type")]
        public string? JobType { get; init; }

        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "active_at")]
        public DateTimeOffset? ActiveAt { get; init; }

        public int? Limit { get; init; }

        public string? Cursor { get; init; }

        public ListPricingRules ToRequest() => new(TeamId, OrganizationId, JobType, ActiveAt, new PageRequest(Limit, Cursor));
    }
}
