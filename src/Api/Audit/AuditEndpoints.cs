using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Audit;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Audit;

internal static class AuditEndpoints
{
    private static readonly CsvColumn<AuditEntry>[] Columns =
    [
        new("audit_id", static entry => entry.AuditId),
        new("at", static entry => entry.At),
        new("actor_kind", static entry => entry.ActorKind),
        new("actor", static entry => entry.Actor),
        new("use_case", static entry => entry.UseCase),
        new("action", static entry => entry.Action),
        new("subject", static entry => entry.Subject),
        new("subject_id", static entry => entry.SubjectId),
        new("organization_id", static entry => entry.OrganizationId),
        new("team_id", static entry => entry.TeamId),
        new("before", static entry => entry.Before?.GetRawText()),
        new("after", static entry => entry.After?.GetRawText()),
        new("request_id", static entry => entry.RequestId),
        new("address", static entry => entry.Address),
    ];

    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/audit", ([AsParameters] Query query, [FromQuery(Name = "organization_id")] string? organizationId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                AnswerAsync(query, organizationId, context, mediator, cancellationToken))
            .ForOperators()
            .WithTags("Audit")
            .WithSummary("List who changed what, newest first")
            .WithDescription("Every change of the configuration and what was done to credits, with the values before and after; secrets read ***. action is create, update, delete or a use case such as CreateTeam; to is exclusive. With Accept: text/csv all of it is streamed, without pages.")
            .Produces<AuditList>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);

        app.MapGet("/api/organizations/{organizationId}/audit", ([AsParameters] Query query, string organizationId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                AnswerAsync(query, organizationId, context, mediator, cancellationToken))
            .ForUsers()
            .WithTags("Audit")
            .WithSummary("List who changed what in an organization, newest first")
            .WithDescription("For its owners and admins, as for operators, but without the operators' own business, names and addresses.")
            .Produces<AuditList>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);
    }

    private static async Task<IResult> AnswerAsync(Query query, string? organizationId, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var filter = new AuditFilter(
            query.Actor, query.Subject, query.SubjectId, query.Action, organizationId, query.TeamId, query.From, query.To);
        if (!context.Request.WantsCsv())
            return (await mediator.Send(new ListAudit(context.Caller(), filter, new PageRequest(query.Limit, query.Cursor)), cancellationToken)).ToHttp();

        var export = await mediator.Send(new ExportAudit(context.Caller(), filter), cancellationToken);
        return export.ToCsv(Columns, static audit => audit.Entries);
    }

    internal sealed record Query
    {
        public string? Actor { get; init; }

        public string? Subject { get; init; }

        [FromQuery(Name = "subject_id")]
        public string? SubjectId { get; init; }

        public string? Action { get; init; }

        [FromQuery(Name = "team_id")]
        public string? TeamId { get; init; }

        public DateTimeOffset? From { get; init; }

        public DateTimeOffset? To { get; init; }

        public int? Limit { get; init; }

        public string? Cursor { get; init; }
    }
}
