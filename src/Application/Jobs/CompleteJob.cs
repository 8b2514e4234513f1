using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Ends a job as completed or failed and settles its credits. Repeating it gives the same answer; another end is a conflict.</summary>
public sealed record CompleteJob(Caller Caller, Guid JobId, string? Status, string? ErrorMessage, JsonElement? Metadata)
    : IRequest<Result<JobCompletion>>;

internal sealed class CompleteJobValidator : AbstractValidator<CompleteJob>
{
    public CompleteJobValidator()
    {
        RuleFor(command => command.Status).Must(status => status is "completed" or "failed").WithMessage("must be 'completed' or 'failed'.");
        RuleFor(command => command.ErrorMessage).ValidText(10_000);
        RuleFor(command => command.Metadata).ValidMetadata();
    }
}

internal sealed class CompleteJobHandler(IJobDirectory directory, IJobLedger ledger, IJobRepository jobs, TimeProvider time)
    : IRequestHandler<CompleteJob, Result<JobCompletion>>
{
    public async Task<Result<JobCompletion>> Handle(CompleteJob command, CancellationToken cancellationToken)
    {
        var header = await directory.FindAsync(command.JobId, cancellationToken);
        if (header is null || !command.Caller.MayUse(header.TeamId))
            return JobsErrors.NotFound(command.JobId);

        var wanted = JobStatusNames.Parse(command.Status!);
        var ended = await ledger.EndAsync(
            new JobEnding
            {
                JobId = command.JobId,
                TeamId = header.TeamId,
                Status = wanted,
                EndedAt = time.GetUtcNow(),
                ErrorMessage = command.ErrorMessage,
                Metadata = command.Metadata,
            },
            cancellationToken);
        if (!ended.IsSuccess)
            return ended.Error;
        if (ended.Value.Status != wanted)
            return JobsErrors.Finished(ended.Value.Status);

        return (await jobs.GetCompletionAsync(command.JobId, cancellationToken))!;
    }
}
