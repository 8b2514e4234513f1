using System.Text.Json;
using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Api.Llm;
using SaasLlm.Api.OpenApi;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Jobs;

/// <summary>The routes that call a model within a job. Their bodies are read as bytes: see <see cref="ChatRequest"/>.</summary>
internal static class LlmCallEndpoints
{
    public static void MapLlmCalls(this IEndpointRouteBuilder jobs)
    {
        jobs.MapPost("/{jobId}/llm-call", static (string jobId, HttpContext context, IMediator mediator) => CallInJobAsync(jobId, context, mediator, streamed: false))
            .WithName("callLlm")
            .WithSummary("Call a model within a job")
            .WithDescription("Takes everything that an OpenAI chat request has, and passes it on untouched; `\"stream\": true` answers as llm-call-stream does.")
            .AcceptsJson<LlmCallBody>()
            .Produces<LlmCallAnswer>();

        jobs.MapPost("/{jobId}/llm-call-stream", static (string jobId, HttpContext context, IMediator mediator) => CallInJobAsync(jobId, context, mediator, streamed: true))
            .WithName("streamLlm")
            .WithSummary("Call a model within a job and stream its answer")
            .WithDescription("Server-sent events of OpenAI chunks, then `data: [DONE]`. A fault in mid-stream sends an `error` event and breaks the connection, without `[DONE]`.")
            .AcceptsJson<LlmCallBody>()
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

        jobs.MapPost("/create-and-call", static (HttpContext context, IMediator mediator) => CallInNewJobAsync(context, mediator, streamed: false))
            .WithName("createAndCall")
            .WithSummary("Create a job, make its one call and complete it")
            .AcceptsJson<CreateAndCallBody>()
            .Produces<LlmCallAnswer>();

        jobs.MapPost("/create-and-call-stream", static (HttpContext context, IMediator mediator) => CallInNewJobAsync(context, mediator, streamed: true))
            .WithName("createAndStream")
            .WithSummary("Create a job, stream its one call and complete it")
            .AcceptsJson<CreateAndCallBody>()
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");
    }

    private static async Task<IResult> CallInJobAsync(string jobId, HttpContext context, IMediator mediator, bool streamed)
    {
        if (!Guid.TryParse(jobId, out var id))
            return JobEndpoints.NoSuchJob.ToHttp();

        var request = await ReadAsync(context);
        if (!request.IsSuccess)
            return request.Error.ToHttp();

        if (streamed || request.Value.Stream)
        {
            var stream = await mediator.Send(new StreamLlm(context.Caller(), id, request.Value, context.TraceIdentifier), context.RequestAborted);
            return stream.IsSuccess ? new StreamResult(stream.Value, ChatSurface.Instance, request.Value.Body) : stream.Error.ToHttp();
        }

        var answer = await mediator.Send(new CallLlm(context.Caller(), id, request.Value, context.TraceIdentifier), context.RequestAborted);
        return answer.IsSuccess ? new LlmAnswerResult(answer.Value) : answer.Error.ToHttp();
    }

    private static async Task<IResult> CallInNewJobAsync(HttpContext context, IMediator mediator, bool streamed)
    {
        var request = await ReadAsync(context);
        if (!request.IsSuccess)
            return request.Error.ToHttp();

        var job = ReadJob(request.Value, context);
        if (!job.IsSuccess)
            return job.Error.ToHttp();

        if (streamed || request.Value.Stream)
        {
            var stream = await mediator.Send(new CreateAndStream(job.Value, request.Value, context.TraceIdentifier), context.RequestAborted);
            return stream.IsSuccess
                ? new StreamResult(stream.Value, ChatSurface.Instance, request.Value.Body, fault => mediator.Send(
                    new CompleteJob(job.Value.Caller, stream.Value.JobId, fault is null ? "completed" : "failed", fault?.Message, null), CancellationToken.None))
                : stream.Error.ToHttp();
        }

        var called = await mediator.Send(new CreateAndCall(job.Value, request.Value, context.TraceIdentifier), context.RequestAborted);
        return called.IsSuccess ? new LlmAnswerResult(called.Value.Answer, called.Value.Completion) : called.Error.ToHttp();
    }

    private static async ValueTask<Result<ChatRequest>> ReadAsync(HttpContext context)
    {
        var body = await RawBody.ReadAsync(context.Request, context.RequestAborted);
        return body.IsSuccess ? ChatRequest.Parse(body.Value) : body.Error;
    }

    /// <summary>The job's own fields stand beside the chat request's in one body; <c>metadata</c> is the chat request's, so the job's has a longer name.</summary>
    private static Result<CreateJob> ReadJob(ChatRequest request, HttpContext context)
    {
        try
        {
            return JsonSerializer.Deserialize<JobFields>(request.Body.Span, JsonConventions.Options)!.ToCommand(context);
        }
        catch (JsonException exception)
        {
            return Error.Field(exception.Path?.TrimStart('$', '.') ?? "body", "has the wrong type.");
        }
    }

    internal sealed record JobFields(
        string? TeamId = null,
        string? JobType = null,
        string? UserId = null,
        JsonElement? JobMetadata = null,
        string? ExternalTaskId = null,
        decimal? MaxCostUsd = null)
    {
        public CreateJob ToCommand(HttpContext context) => new(
            context.Caller(), TeamId ?? context.Caller().TeamId, JobType, UserId, JobMetadata, ExternalTaskId, MaxCostUsd, null, null, context.IdempotencyKey());
    }
}
