using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Api.Jobs;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Api.Teams;

internal static class TeamEndpoints
{
    private static readonly string[] PutOrPost = [HttpMethods.Put, HttpMethods.Post];

    public static void MapTeams(this IEndpointRouteBuilder app)
    {
        var teams = app.MapGroup("/api/teams").WithTags("Teams").ForOperators();

        teams.MapPost("/create", (JsonBody<CreateTeam> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create a team")
            .WithDescription("The answer shows the team's first virtual key; it is never shown again.")
            .Produces<TeamResponse>();

        teams.MapGet("/", async (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListTeams(null, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List teams")
            .Produces<TeamList>();

        app.MapGet("/api/organizations/{organizationId}/teams", async (string organizationId, int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListTeams(organizationId, new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .ForOperators()
            .WithTags("Organizations")
            .WithSummary("List an organization's teams")
            .Produces<TeamList>();

        teams.MapPut("/{teamId}", (string teamId, JsonBody<UpdateTeam> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Change a team")
            .WithDescription("Absent fields stay as they are; a limit of 0 removes it.")
            .Produces<TeamResponse>();

        teams.MapPut("/{teamId}/model-groups", (string teamId, JsonBody<ModelGroupGrants> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async grants => (await mediator.Send(new UpdateTeam(ModelGroups: grants.ModelGroups ?? []) { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Replace a team's model groups")
            .Produces<TeamResponse>();

        teams.MapPut("/{teamId}/access-groups", (string teamId, JsonBody<AccessGroupGrants> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async grants => (await mediator.Send(new UpdateTeam(AccessGroups: grants.AccessGroups ?? []) { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Replace a team's access groups")
            .Produces<TeamResponse>();

        teams.MapDelete("/{teamId}", async (string teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new DeleteTeam(teamId), cancellationToken)).ToHttp())
            .WithSummary("Delete a team")
            .Produces<DeletedTeam>();

        MapStatus(teams, "suspend", TeamStatus.Suspended, "Suspend a team: every request of its keys is refused");
        MapStatus(teams, "pause", TeamStatus.Paused, "Pause a team for a while");
        MapStatus(teams, "resume", TeamStatus.Active, "Resume a suspended or paused team");
        MapKeys(teams);
        MapViews(app);
    }

    private static void MapStatus(RouteGroupBuilder teams, string verb, TeamStatus status, string summary) =>
        teams.MapMethods($"/{{teamId}}/{verb}", PutOrPost, async (string teamId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ChangeTeamStatus(teamId, status), cancellationToken)).ToHttp())
            .WithSummary(summary)
            .Produces<TeamResponse>();

    private static void MapKeys(RouteGroupBuilder teams)
    {
        teams.MapPost("/{teamId}/keys", (string teamId, JsonBody<CreateTeamKey> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TeamId = teamId }, cancellationToken)).ToHttp()))
            .WithSummary("Make another key for a team")
            .Produces<TeamKeyResponse>();

        teams.MapPut("/{teamId}/keys/{keyId:guid}", (string teamId, Guid keyId, JsonBody<UpdateTeamKey> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TeamId = teamId, KeyId = keyId }, cancellationToken)).ToHttp()))
            .WithSummary("Change a key's name or limits")
            .WithDescription("Absent fields stay as they are; a limit of 0 removes it.")
            .Produces<TeamKeyResponse>();

        teams.MapPost("/{teamId}/keys/{keyId:guid}/rotate", (string teamId, Guid keyId, OptionalJsonBody<RotateTeamKey> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command with { TeamId = teamId, KeyId = keyId }, cancellationToken)).ToHttp()))
            .WithSummary("Replace a key; the old one works on for the grace period")
            .Produces<TeamKeyResponse>();

        teams.MapDelete("/{teamId}/keys/{keyId:guid}", async (string teamId, Guid keyId, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new RevokeTeamKey(teamId, keyId), cancellationToken)).ToHttp())
            .WithSummary("Revoke a key at once")
            .Produces<RevokedTeamKey>();
    }

    /// <summary>What a team may see of itself.</summary>
    private static void MapViews(IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/teams/{teamId}").WithTags("Teams").ForTeamsAndOperators().HeedsCostPreference();

        own.MapGet("/", async (string teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetTeam(context.Caller(), teamId), cancellationToken)).ToHttp())
            .WithSummary("Show a team")
            .Produces<TeamResponse>();

        own.MapGet("/keys", async (string teamId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListTeamKeys(context.Caller(), teamId), cancellationToken)).ToHttp())
            .WithSummary("List a team's keys, masked")
            .Produces<TeamKeyList>();

        own.MapGet("/jobs", async (string teamId, [AsParameters] JobQuery query, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                context.Request.WantsCsv()
                    ? (await mediator.Send(query.ToExport(context.Caller(), teamId), cancellationToken)).ToCsv(JobCsv.Columns, static export => export.Jobs)
                    : (await mediator.Send(query.ToRequest(context.Caller(), teamId), cancellationToken)).ToHttp())
            .WithSummary("List a team's jobs, newest first")
            .WithDescription("With Accept: text/csv all of them, without a limit.")
            .Produces<JobList>(StatusCodes.Status200OK, "application/json", CsvResult.ContentType);
    }

    internal sealed record ModelGroupGrants(string[]? ModelGroups);

    internal sealed record AccessGroupGrants(string[]? AccessGroups);
}
