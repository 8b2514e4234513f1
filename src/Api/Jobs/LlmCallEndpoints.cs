using System.Text.Json;
using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
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
        jobs.MapPost("/{jobId}/llm-call", (string jobId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                JobEndpoints.OfJob(jobId, id => WithRequest(context, request =>
                    request.Stream ? StreamAsync(id, request, context, mediator, cancellationToken) : CallAsync(id, request, context, mediator, cancellationToken))))
            .WithSummary("Call a model within a job")
            .WithDescription("Takes everything that an OpenAI chat request has, and passes it on untouched; `\"stream\": true` answers as llm-call-stream does.")
            .AcceptsJson<LlmCallBody>()
            .Produces<LlmCallAnswer>();

        jobs.MapPost("/{jobId}/llm-call-stream", (string jobId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                JobEndpoints.OfJob(jobId, id => WithRequest(context, request => StreamAsync(id, request, context, mediator, cancellationToken))))
            .WithSummary("Call a model within a job and stream its answer")
            .WithDescription("Server-sent events of OpenAI chunks, then `data: [DONE]`. A fault in mid-stream sends an `error` event and breaks the connection, without `[DONE]`.")
            .AcceptsJson<LlmCallBody>()
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

        jobs.MapPost("/create-and-call", (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                WithRequest(context, request => WithJob(request, context, job =>
                    request.Stream ? CreateAndStreamAsync(job, request, context, mediator, cancellationToken) : CreateAndCallAsync(job, request, context, mediator, cancellationToken))))
            .WithSummary("Create a job, make its one call and complete it")
            .AcceptsJson<CreateAndCallBody>()
            .Produces<LlmCallAnswer>();

        jobs.MapPost("/create-and-call-stream", (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                WithRequest(context, request => WithJob(request, context, job =>
                    CreateAndStreamAsync(job, request, context, mediator, cancellationToken))))
            .WithSummary("Create a job, stream its one call and complete it")
            .AcceptsJson<CreateAndCallBody>()
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");
    }

    private static async Task<IResult> CallAsync(Guid jobId, ChatRequest request, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var answer = await mediator.Send(new CallLlm(context.Caller(), jobId, request, context.TraceIdentifier), cancellationToken);
        return answer.IsSuccess ? new LlmAnswerResult(answer.Value) : answer.Error.ToHttp();
    }

    private static async Task<IResult> StreamAsync(Guid jobId, ChatRequest request, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var stream = await mediator.Send(new StreamLlm(context.Caller(), jobId, request, context.TraceIdentifier), cancellationToken);
        return stream.IsSuccess ? new LlmStreamResult(stream.Value) : stream.Error.ToHttp();
    }

    private static async Task<IResult> CreateAndCallAsync(CreateJob job, ChatRequest request, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var called = await mediator.Send(new CreateAndCall(job, request, context.TraceIdentifier), cancellationToken);
        return called.IsSuccess ? new LlmAnswerResult(called.Value.Answer, called.Value.Completion) : called.Error.ToHttp();
    }

    private static async Task<IResult> CreateAndStreamAsync(CreateJob job, ChatRequest request, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var stream = await mediator.Send(new CreateAndStream(job, request, context.TraceIdentifier), cancellationToken);
        return stream.IsSuccess
            ? new LlmStreamResult(stream.Value, fault => mediator.Send(
                new CompleteJob(job.Caller, stream.Value.JobId, fault is null ? "completed" : "failed", fault?.Message, null), CancellationToken.None))
            : stream.Error.ToHttp();
    }

    private static async Task<IResult> WithRequest(HttpContext context, Func<ChatRequest, Task<IResult>> next)
    {
        var body = await RawBody.ReadAsync(context.Request, context.RequestAborted);
        if (!body.IsSuccess)
            return body.Error.ToHttp();

        var request = ChatRequest.Parse(body.Value);
        return request.IsSuccess ? await next(request.Value) : request.Error.ToHttp();
    }

    /// <summary>The job's own fields stand beside the chat request's in one body; <c>metadata</c> is the chat request's, so the job's has a longer name.</summary>
    private static Task<IResult> WithJob(ChatRequest request, HttpContext context, Func<CreateJob, Task<IResult>> next)
    {
        try
        {
            return next(JsonSerializer.Deserialize<JobFields>(request.Body.Span, JsonConventions.Options)!.ToCommand(context));
        }
        catch (JsonException exception)
        {
            return Task.FromResult(Error.Field(exception.Path?.TrimStart('$', '.') ?? "body", "has the wrong type.").ToHttp());
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
