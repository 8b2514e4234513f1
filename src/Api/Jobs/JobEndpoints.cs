using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Jobs;

internal static class JobEndpoints
{
    /// <summary>An id that is no UUID names no job.</summary>
    public static readonly Error NoSuchJob = new("job_not_found", "A job id is a UUID; no job has this one.", ErrorKind.NotFound);

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/jobs").WithTags("Jobs").ForTeamsAndOperators();

        jobs.MapGet("", async (
                [FromQuery(Name = "organization_id")] string? organizationId, [AsParameters] JobQuery query, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(query.ToRequestOfAll(organizationId), cancellationToken)).ToHttp())
            .ForOperators()
            .WithSummary("List the jobs of all teams, newest first")
            .WithDescription("With organization_id, those of its teams. A filter that few jobs pass is answered sooner with from and to.")
            .Produces<JobList>();

        jobs.MapPost("/create", (JsonBody<CreateJobBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async job => (await mediator.Send(job.ToCommand(context), cancellationToken)).ToHttp()))
            .TakesIdempotencyKey()
            .WithSummary("Begin a job")
            .WithDescription("Reserves the job's credit.")
            .Produces<JobOpened>();

        jobs.MapGet("/{jobId}", (string jobId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                OfJob(jobId, async id => (await mediator.Send(new GetJob(context.Caller(), id), cancellationToken)).ToHttp()))
            .HeedsCostPreference()
            .WithSummary("Show a job")
            .Produces<JobResponse>();

        jobs.MapPatch("/{jobId}/metadata", (string jobId, JsonBody<JobMetadataBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                OfJob(jobId, id => body.Then(async patch =>
                    (await mediator.Send(new MergeJobMetadata(context.Caller(), id, patch.Metadata), cancellationToken)).ToHttp())))
            .WithName("mergeJobMetadata")
            .WithSummary("Merge into a job's metadata")
            .Produces<JobResponse>();

        jobs.MapPost("/{jobId}/cancel", (string jobId, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                OfJob(jobId, async id => (await mediator.Send(new CancelJob(context.Caller(), id), cancellationToken)).ToHttp()))
            .WithName("cancelJob")
            .WithSummary("Give a job up; its reservation is released")
            .Produces<JobResponse>();

        jobs.MapPost("/{jobId}/complete", (string jobId, JsonBody<CompleteJobBody> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                OfJob(jobId, id => body.Then(async end =>
                    (await mediator.Send(new CompleteJob(context.Caller(), id, end.Status, end.ErrorMessage, end.Metadata), cancellationToken)).ToHttp())))
            .WithName("completeJob")
            .WithSummary("End a job and settle its credits")
            .WithDescription("A job completed without a failed call is charged; every other end releases its reservation. Repeating it gives the same answer.")
            .Produces<JobCompletion>();

        jobs.MapGet("/{jobId}/costs", (string jobId, IMediator mediator, CancellationToken cancellationToken) =>
                OfJob(jobId, async id => (await mediator.Send(new GetJobCosts(id), cancellationToken)).ToHttp()))
            .ForOperators()
            .WithSummary("Show what a job cost, call by call, and what it is billed")
            .Produces<JobCostsResponse>();

        jobs.MapLlmCalls();
    }

    private static Task<IResult> OfJob(string jobId, Func<Guid, Task<IResult>> next) =>
        Guid.TryParse(jobId, out var id) ? next(id) : Task.FromResult(NoSuchJob.ToHttp());

    internal sealed record CreateJobBody(
        string? TeamId,
        string? JobType,
        string? UserId = null,
        JsonElement? Metadata = null,
        string? ExternalTaskId = null,
        decimal? MaxCostUsd = null,
        int? MaxCalls = null,
        int? TtlSeconds = null)
    {
        public CreateJob ToCommand(HttpContext context) =>
            new(context.Caller(), TeamId, JobType, UserId, Metadata, ExternalTaskId, MaxCostUsd, MaxCalls, TtlSeconds, context.IdempotencyKey());
    }

    internal sealed record JobMetadataBody(JsonElement? Metadata);

    internal sealed record CompleteJobBody(string? Status, string? ErrorMessage = null, JsonElement? Metadata = null);
}
