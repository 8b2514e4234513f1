using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Api.OpenApi;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Messages;
using SaasLlm.Application.Llm.Responses;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Llm;

/// <summary>The routes on which the clients of OpenAI and Anthropic call models. All of them end in the same two commands.</summary>
internal static class ChatEndpoints
{
    private const string JobHeader = "X-Job-Id";

    private static readonly IChatSurface Chat = ChatSurface.Instance;
    private static readonly IChatSurface Messages = new MessagesSurface();
    private static readonly IChatSurface Responses = ResponsesSurface.Instance;

    public static void MapChat(this IEndpointRouteBuilder llm)
    {
        llm.MapPost("/chat/completions", static (HttpContext context, IMediator mediator) => CallAsync(context, mediator, Chat))
            .WithSummary("Complete a chat")
            .WithDescription(
                "OpenAI's chat completions, plain and streamed. Beyond it: `power_level` (or the header X-Power-Level), `task_type`, `privacy_required`; " +
                "`model` may be left out or `auto`. X-Job-Id files the call under a job, whose team then pays by the job's rules.")
            .AcceptsJson<LlmCallBody>()
            .Produces<string>(StatusCodes.Status200OK, "application/json", "text/event-stream");

        llm.MapPost("/messages", static (HttpContext context, IMediator mediator) => CallAsync(context, mediator, Messages))
            .WithSummary("Create a message in Anthropic's form")
            .WithDescription("Anthropic's Messages API, plain and streamed, served by any model.")
            .Produces<string>(StatusCodes.Status200OK, "application/json", "text/event-stream");

        llm.MapPost("/responses", static (HttpContext context, IMediator mediator) => CallAsync(context, mediator, Responses))
            .WithSummary("Create a response in the form of OpenAI's Responses API")
            .WithDescription("Text, tools and streaming events, served by any model. Nothing is kept: `store` and what depends on it is refused.")
            .Produces<string>(StatusCodes.Status200OK, "application/json", "text/event-stream");
    }

    private static async Task<IResult> CallAsync(HttpContext context, IMediator mediator, IChatSurface surface)
    {
        var body = await RawBody.ReadAsync(context.Request, context.RequestAborted);
        if (!body.IsSuccess)
            return body.Error.ToHttp();

        var chat = surface.ToChat(body.Value);
        var request = chat.IsSuccess ? ChatRequest.Parse(chat.Value) : chat.Error;
        if (!request.IsSuccess)
            return request.Error.ToHttp();

        var intent = context.IntentOf(request.Value);
        if (!intent.IsSuccess)
            return intent.Error.ToHttp();

        return context.Request.Headers.TryGetValue(JobHeader, out var job)
            ? await CallInJobAsync(job.ToString(), context, mediator, surface, request.Value, body.Value)
            : await CallAloneAsync(context, mediator, surface, request.Value, intent.Value, body.Value);
    }

    private static async Task<IResult> CallAloneAsync(
        HttpContext context, IMediator mediator, IChatSurface surface, ChatRequest request, CallIntent intent, ReadOnlyMemory<byte> body)
    {
        if (request.Stream)
        {
            var stream = await mediator.Send(new StreamChat(context.Payer(), request, intent, context.TraceIdentifier), context.RequestAborted);
            return stream.IsSuccess ? new StreamResult(stream.Value, surface, body) : stream.Error.ToHttp();
        }

        var answer = await mediator.Send(new CompleteChat(context.Payer(), request, intent, context.TraceIdentifier), context.RequestAborted);
        return answer.IsSuccess ? new ChatAnswerResult(surface, answer.Value, body) : answer.Error.ToHttp();
    }

    private static async Task<IResult> CallInJobAsync(
        string jobId, HttpContext context, IMediator mediator, IChatSurface surface, ChatRequest request, ReadOnlyMemory<byte> body)
    {
        if (!Guid.TryParse(jobId, out var id))
            return Error.Field(JobHeader, "must be the id of a job.").ToHttp();

        if (request.Stream)
        {
            var stream = await mediator.Send(new StreamLlm(context.Caller(), id, request, context.TraceIdentifier), context.RequestAborted);
            return stream.IsSuccess ? new StreamResult(stream.Value, surface, body) : stream.Error.ToHttp();
        }

        var answer = await mediator.Send(new CallLlm(context.Caller(), id, request, context.TraceIdentifier), context.RequestAborted);
        return answer.IsSuccess ? new ChatAnswerResult(surface, answer.Value, body) : answer.Error.ToHttp();
    }
}
