using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Usage;

namespace SaasLlm.Api.Usage;

internal static class UsageEndpoints
{
    private const string Range =
        "The range is `period` (YYYY, YYYY-MM or YYYY-MM-DD; by default this month) or `from` and `to` (ISO 8601, whole hours; by default until now). With Accept: text/csv, CSV.";

    public static void MapUsage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/teams/{teamId}/usage", async (string teamId, [AsParameters] RangeQuery range, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                context.Request.WantsCsv()
                    ? (await mediator.Send(new ListTeamUsage(context.Caller(), teamId, range.Period, range.From, range.To), cancellationToken))
                        .ToCsv(UsageCsv.Days, static report => report.Data)
                    : (await mediator.Send(new GetTeamUsage(context.Caller(), teamId, range.Period, range.From, range.To), cancellationToken)).ToHttp())
            .ForTeamsAndOperators()
            .HeedsCostPreference()
            .WithTags("Teams")
            .WithSummary("Show what a team used")
            .WithDescription(Range)
            .Produces<UsageResponse>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);

        app.MapGet("/api/organizations/{organizationId}/usage", async (string organizationId, [AsParameters] RangeQuery range, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                context.Request.WantsCsv()
                    ? (await mediator.Send(new ListOrganizationUsage(organizationId, range.Period, range.From, range.To), cancellationToken))
                        .ToCsv(UsageCsv.Days, static report => report.Data)
                    : (await mediator.Send(new GetOrganizationUsage(organizationId, range.Period, range.From, range.To), cancellationToken)).ToHttp())
            .ForOperators()
            .WithTags("Organizations")
            .WithSummary("Show what all teams of an organization used")
            .WithDescription(Range)
            .Produces<UsageResponse>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);

        var reports = app.MapGroup("/api").WithTags("Reports").ForOperators();

        reports.MapGet("/usage", async ([AsParameters] UsageQuery query, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var report = await mediator.Send(query.ToRequest(), cancellationToken);
                return context.Request.WantsCsv() ? report.ToCsv(UsageCsv.Lines, static found => found.Data) : report.ToHttp();
            })
            .WithSummary("Sum up what was used, grouped as asked for")
            .WithDescription("`group_by` takes hour, day or month, organization, team, job_type, model_group, model, provider and user, several with commas; by default day. " + Range)
            .Produces<UsageReport>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);

        reports.MapGet("/reports/margins", async (
                [FromQuery(Name = "group_by")] string? groupBy, [AsParameters] RangeQuery range, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var report = await mediator.Send(new GetMargins(groupBy, range.Period, range.From, range.To), cancellationToken);
                return context.Request.WantsCsv() ? report.ToCsv(UsageCsv.Margins, static found => found.Data) : report.ToHttp();
            })
            .WithName("getMarginReport")
            .WithSummary("Compare what was earned with what it cost")
            .WithDescription("`group_by` takes team, organization, job_type, model and month, several with commas; by default all is one sum. " + Range)
            .Produces<MarginReport>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);

        reports.MapGet("/reports/top", async (
                string? by, int? limit, [AsParameters] RangeQuery range, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var report = await mediator.Send(new GetTop(by, range.Period, range.From, range.To, limit), cancellationToken);
                return context.Request.WantsCsv() ? report.ToCsv(UsageCsv.Lines, static found => found.Data) : report.ToHttp();
            })
            .WithName("getTopReport")
            .WithSummary("List what cost most, dearest first")
            .WithDescription("`by` is models, jobs (those that have ended), teams or users. " + Range)
            .Produces<TopReport>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);
    }

    /// <summary>The query string of everything that is about a range of time.</summary>
    internal sealed record RangeQuery
    {
        public string? Period { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }
    }

    internal sealed record UsageQuery
    {
        [FromQuery(Name = "group_by")]
        public string? GroupBy { get; init; }

        public string? Period { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        [FromQuery(Name = "team_id")]
        public string? TeamId { get; init; }

        [FromQuery(Name = "organization_id")]
        public string? OrganizationId { get; init; }

        [FromQuery(Name = "job_type")]
        public string? JobType { get; init; }

        public GetUsage ToRequest() => new(GroupBy, Period, From, To, TeamId, OrganizationId, JobType);
    }
}
