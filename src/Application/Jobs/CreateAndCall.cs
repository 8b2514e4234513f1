using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>A job of one call in one round trip: create, call, complete. A call that fails fails the job, which then costs nothing.</summary>
public sealed record CreateAndCall(CreateJob Job, ChatRequest Request, string? RequestId) : IRequest<Result<CalledJob>>;

public sealed record CalledJob(LlmAnswer Answer, JobCompletion Completion);

internal sealed class CreateAndCallHandler(IMediator mediator) : IRequestHandler<CreateAndCall, Result<CalledJob>>
{
    public async Task<Result<CalledJob>> Handle(CreateAndCall command, CancellationToken cancellationToken)
    {
        var job = await mediator.Send(command.Job, cancellationToken);
        if (!job.IsSuccess)
            return job.Error;

        var caller = command.Job.Caller;
        var answer = await mediator.Send(new CallLlm(caller, job.Value.JobId, command.Request, command.RequestId), cancellationToken);
        var end = answer.IsSuccess
            ? new CompleteJob(caller, job.Value.JobId, "completed", null, null)
            : new CompleteJob(caller, job.Value.JobId, "failed", answer.Error.Message, null);
        var completion = await mediator.Send(end, CancellationToken.None);
        if (!answer.IsSuccess)
            return answer.Error;

        return completion.IsSuccess ? new CalledJob(answer.Value, completion.Value) : completion.Error;
    }
}
