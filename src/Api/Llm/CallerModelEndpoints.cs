using MediatR;
using SaasLlm.Api.Http;
using SaasLlm.Application.Metering;

namespace SaasLlm.Api.Llm;

internal static class CallerModelEndpoints
{
    public static void MapCallerModels(this IEndpointRouteBuilder llm)
    {
        llm.MapGet("/models", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new ListCallerModels(context.Payer()), cancellationToken)).ToHttp())
            .WithSummary("List the models that you may name")
            .Produces<CallerModelList>();

        llm.MapGet("/models/categorized", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new CategorizeCallerModels(context.Payer()), cancellationToken)).ToHttp())
            .WithSummary("List them by who pays, and by tier")
            .Produces<CategorizedModels>();

        // A model's name may hold a slash.
        llm.MapGet("/models/{**model}", async (string model, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetCallerModel(context.Payer(), model), cancellationToken)).ToHttp())
            .WithSummary("Show one of them")
            .Produces<CallerModel>();
    }
}
