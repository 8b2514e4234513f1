using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>
/// One plain LLM call within a job: admit → route → upstream → settle → answer. Once it is sent it runs to its end even where
/// the caller leaves, because the provider bills it all the same; so its cost is known exactly.
/// </summary>
public sealed record CallLlm(Caller Caller, Guid JobId, ChatRequest Request, string? RequestId) : IRequest<Result<LlmAnswer>>;

/// <summary>What a call gave, as the team may see it.</summary>
public sealed record LlmAnswer
{
    public required Guid CallId { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The choices of the upstream's answer.</summary>
    public required ChatAnswer Answer { get; init; }

    public required TokenUsage Usage { get; init; }

    public required int LatencyMs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The group, or the model alias, that the caller asked for.</summary>
    public required string ModelGroup { get; init; }

    /// <summary>True where an earlier answer to the same request served.</summary>
    public bool Cached { get; init; }

    /// <summary>What is left of the caller's limits.</summary>
    public RateStatus Limits { get; init; }
}

internal sealed class CallLlmHandler(CallAdmission admission, ILlmGateway gateway, ICallSettlement settlement)
    : IRequestHandler<CallLlm, Result<LlmAnswer>>
{
    public async Task<Result<LlmAnswer>> Handle(CallLlm command, CancellationToken cancellationToken)
    {
        var admitted = await admission.AdmitAsync(command.Caller, command.JobId, command.Request, streamed: false, command.RequestId, cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        using var lease = call.Lease;
        var reply = await gateway.SendAsync(call.Request, call.Route.Targets, call.Credentials, call.Cache, CancellationToken.None);
        var record = admission.Record(call, reply, CallEnd.Of(reply, call.Request.PromptBytes));
        await settlement.RecordAsync(record, CancellationToken.None);

        return reply.Error is { } error
            ? error
            : new LlmAnswer
            {
                CallId = call.CallId,
                JobId = call.JobId,
                Answer = reply.Answer!,
                Usage = record.Usage,
                LatencyMs = record.LatencyMs,
                CreatedAt = record.CreatedAt,
                ModelGroup = call.Route.Name,
                Cached = reply.Cached,
                Limits = call.Lease.Status,
            };
    }
}
