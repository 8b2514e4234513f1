using MediatR;
using SaasLlm.Api.Http;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Llm;

internal static class MeteringReportEndpoints
{
    public static void MapMeteringReports(this IEndpointRouteBuilder llm)
    {
        llm.MapGet("/credits", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetCallerCredits(context.Payer()), cancellationToken)).ToHttp())
            .WithSummary("Show what your wallet can still pay")
            .Produces<CallerCredits>();

        llm.MapGet("/credits/history", async (int? limit, string? cursor, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListCallerTransactions(context.Payer(), new PageRequest(limit, cursor)), cancellationToken)).ToHttp())
            .WithSummary("List the transfers of your wallet, newest first")
            .Produces<CallerTransactions>();

        llm.MapGet("/usage", async (string? period, string? scope, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetCallerUsage(context.Payer(), period, scope), cancellationToken)).ToHttp())
            .WithSummary("Show what your calls came to, by provider, model and day")
            .WithDescription("`period` is YYYY, YYYY-MM or YYYY-MM-DD, by default this month. `scope=organization` is for its owners and admins.")
            .Produces<CallerUsage>();
    }
}
