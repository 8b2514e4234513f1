using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>The same, streamed: the job is completed when the stream has ended.</summary>
public sealed record CreateAndStream(CreateJob Job, ChatRequest Request, string? RequestId) : IRequest<Result<LlmStream>>;

internal sealed class CreateAndStreamHandler(IMediator mediator) : IRequestHandler<CreateAndStream, Result<LlmStream>>
{
    public async Task<Result<LlmStream>> Handle(CreateAndStream command, CancellationToken cancellationToken)
    {
        var job = await mediator.Send(command.Job, cancellationToken);
        if (!job.IsSuccess)
            return job.Error;

        var stream = await mediator.Send(new StreamLlm(command.Job.Caller, job.Value.JobId, command.Request, command.RequestId), cancellationToken);
        if (!stream.IsSuccess)
            await mediator.Send(new CompleteJob(command.Job.Caller, job.Value.JobId, "failed", stream.Error.Message, null), CancellationToken.None);

        return stream;
    }
}
