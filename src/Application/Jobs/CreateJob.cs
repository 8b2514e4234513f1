using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Jobs;

/// <summary>Begins a job and reserves what it will cost the team.</summary>
public sealed record CreateJob(
    Caller Caller,
    string? TeamId,
    string? JobType,
    string? UserId,
    JsonElement? Metadata,
    string? ExternalTaskId,
    decimal? MaxCostUsd,
    int? MaxCalls,
    int? TtlSeconds,
    string? IdempotencyKey)
    : IRequest<Result<JobOpened>>;

/// <summary>Configuration section <c>Jobs</c>.</summary>
public sealed record JobOptions
{
    /// <summary>Life of a job that names none, in seconds; 1 to 2,592,000 (30 days); default 86,400 (24 h).</summary>
    public int DefaultTtlSeconds { get; init; } = 86_400;

    /// <summary>How often jobs whose time is over are looked for, in seconds; 1 to 3,600; default 5.</summary>
    public int SweepIntervalSeconds { get; init; } = 5;

    /// <summary>Longest life that a request may ask for, in seconds.</summary>
    public const int MaxTtlSeconds = 2_592_000;
}

internal sealed class CreateJobValidator : AbstractValidator<CreateJob>
{
    public CreateJobValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.JobType).RequiredText(255);
        RuleFor(command => command.UserId).ValidText(255);
        RuleFor(command => command.ExternalTaskId).ValidText(255);
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.MaxCostUsd)
            .Must(cap => cap is null or (> 0 and <= 1_000_000))
            .WithMessage("must be above zero and at most 1000000 USD.");
        RuleFor(command => command.MaxCalls).GreaterThan(0).WithMessage("must be above zero.");
        RuleFor(command => command.TtlSeconds).InclusiveBetween(1, JobOptions.MaxTtlSeconds)
            .WithMessage($"must be 1 to {JobOptions.MaxTtlSeconds} seconds.");
        RuleFor(command => command.IdempotencyKey).ValidIdempotencyKey();
    }
}

internal sealed class CreateJobHandler(IJobLedger ledger, JobOptions options, TimeProvider time)
    : IRequestHandler<CreateJob, Result<JobOpened>>
{
    public async Task<Result<JobOpened>> Handle(CreateJob command, CancellationToken cancellationToken)
    {
        var teamId = command.TeamId!;
        if (!command.Caller.MayUse(teamId))
            return TeamsErrors.NotYourTeam();

        // PostgreSQL keeps microseconds: every later answer must show the time that this one shows.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var metadata = MetadataJson.Of(command.Metadata);
        return await ledger.OpenAsync(
            new JobOpening
            {
                JobId = Guid.CreateVersion7(now),
                TeamId = teamId,
                JobType = command.JobType!,
                UserId = command.UserId,
                ExternalTaskId = command.ExternalTaskId,
                Metadata = metadata,
                CreatedAt = now,
                ExpiresAt = now.AddSeconds(command.TtlSeconds ?? options.DefaultTtlSeconds),
                MaxCostUsd = command.MaxCostUsd,
                MaxCalls = command.MaxCalls,
                Idempotency = IdempotentRequest.Of(
                    command.Caller,
                    command.IdempotencyKey,
                    "jobs.create",
                    [
                        teamId,
                        command.JobType,
                        command.UserId,
                        command.ExternalTaskId,
                        command.MaxCostUsd is { } cap ? RequestText.Of(cap) : null,
                        command.MaxCalls?.ToString(),
                        command.TtlSeconds?.ToString(),
                        metadata,
                    ]),
            },
            cancellationToken);
    }
}
