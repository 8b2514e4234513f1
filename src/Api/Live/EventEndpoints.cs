using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Live;

namespace SaasLlm.Api.Live;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapGet("/api/events", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        {
            var watching = await mediator.Send(new WatchChanges(context.Caller()), cancellationToken);
            return watching.IsSuccess ? new EventStream(watching.Value) : watching.Error.ToHttp();
        })
        .ForTeamsAndOperators()
        .WithTags("Live")
        .WithSummary("Hear what changes, while it does")
        .WithDescription(
            """
            Server-sent events that say which thing has changed and nothing of it: `job` (`team_id`, `job_id`), `credits` (`team_id`, or `organization_id` for a pool), `team` (`team_id` or `organization_id`), `alert` (`alert_id`), each told within about a second and once however often it changed meanwhile. `refresh`: anything may have changed; so it may where the connection was lost. Operators hear of everything, a team of what is its own. A comment comes every 15 seconds.
            """)
        .Produces<string>(StatusCodes.Status200OK, EventStream.ContentType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);
}
