using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Merges an object into a job's metadata, 10 KB in all.</summary>
public sealed record MergeJobMetadata(Caller Caller, Guid JobId, JsonElement? Metadata) : IRequest<Result<JobResponse>>;

internal sealed class MergeJobMetadataValidator : AbstractValidator<MergeJobMetadata>
{
    public MergeJobMetadataValidator() =>
        RuleFor(command => command.Metadata)
            .Must(metadata => metadata is { ValueKind: JsonValueKind.Object }).WithMessage("is required: a JSON object.")
            .ValidMetadata();
}

internal sealed class MergeJobMetadataHandler(IJobRepository jobs) : IRequestHandler<MergeJobMetadata, Result<JobResponse>>
{
    public Task<Result<JobResponse>> Handle(MergeJobMetadata command, CancellationToken cancellationToken) =>
        jobs.MergeMetadataAsync(command.JobId, command.Caller.TeamId, command.Metadata!.Value, cancellationToken);
}
