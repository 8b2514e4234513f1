namespace SaasLlm.Api.Operations;

internal static class HealthEndpoints
{
    public const string Path = "/health";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Path).WithTags("Operations");

        group.MapGet("", static () => TypedResults.Ok(new Alive("alive")))
            .WithName("getHealth")
            .WithSummary("Is the process alive?")
            .WithDescription("Asks nothing of the database: a process manager restarts on a failure here, and a restart does not repair a database.")
            .Produces<Alive>();

        group.MapGet("/ready", static async (Readiness readiness, CancellationToken cancellationToken) =>
            {
                var report = await readiness.CheckAsync(cancellationToken);
                return TypedResults.Json(report, statusCode: report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
            })
            .WithName("getReadiness")
            .WithSummary("May this node take requests?")
            .WithDescription("Checks the database, its migrations and the listener for changes; a load balancer leaves out a node that answers 503.")
            .Produces<ReadinessReport>()
            .Produces<ReadinessReport>(StatusCodes.Status503ServiceUnavailable);
    }
}

/// <param name="Status">Always <c>alive</c>.</param>
internal sealed record Alive(string Status);
