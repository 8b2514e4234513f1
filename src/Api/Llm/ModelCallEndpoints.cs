using MediatR;
using SaasLlm.Api.Http;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Embeddings;
using SaasLlm.Application.Llm.Images;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Llm;

/// <summary>What else than chats can be asked of models.</summary>
internal static class ModelCallEndpoints
{
    // OpenAI's spelling, and the one that some of this service's clients know.
    private static readonly string[] ImagePaths = ["/images/generations", "/image/generations"];

    public static void MapModelCalls(this IEndpointRouteBuilder llm)
    {
        llm.MapPost("/embeddings", static (HttpContext context, IMediator mediator) => CallAsync(context, mediator, EmbeddingsRequest.Parse))
            .WithSummary("Embed texts")
            .Produces<string>(StatusCodes.Status200OK, "application/json");

        foreach (var path in ImagePaths)
        {
            llm.MapPost(path, static (HttpContext context, IMediator mediator) => CallAsync(context, mediator, ImageRequest.Parse))
                .WithSummary("Generate images")
                .Produces<string>(StatusCodes.Status200OK, "application/json");
        }
    }

    private static async Task<IResult> CallAsync<TRequest>(HttpContext context, IMediator mediator, Func<ReadOnlyMemory<byte>, Result<TRequest>> parse)
        where TRequest : ModelRequest
    {
        var body = await RawBody.ReadAsync(context.Request, context.RequestAborted);
        if (!body.IsSuccess)
            return body.Error.ToHttp();

        var request = parse(body.Value);
        if (!request.IsSuccess)
            return request.Error.ToHttp();

        var intent = context.IntentOf(request.Value);
        if (!intent.IsSuccess)
            return intent.Error.ToHttp();

        var answer = await mediator.Send(new CallModel(context.Payer(), request.Value, intent.Value, context.TraceIdentifier), context.RequestAborted);
        return answer.IsSuccess ? new ModelAnswerResult(answer.Value) : answer.Error.ToHttp();
    }

    private sealed class ModelAnswerResult(ModelCallAnswer answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "application/json; charset=utf-8";
            response.Headers["X-Call-Id"] = answer.CallId.ToString();
            response.WriteProvider(answer.Provider);
            response.WritePrice(answer.Price);
            response.WriteLimits(answer.Limits);
            if (answer.Answer is EmbeddingsAnswer embeddings)
                embeddings.Write(response.BodyWriter, answer.Model, answer.Usage);
            else
                ((ImageAnswer)answer.Answer).Write(response.BodyWriter);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
