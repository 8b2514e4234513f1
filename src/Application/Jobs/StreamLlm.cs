using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>
/// One streamed LLM call within a job. The result is there when an upstream has answered, so refusals still have a status;
/// the stream settles itself when it is disposed, however it ended.
/// </summary>
public sealed record StreamLlm(Caller Caller, Guid JobId, ChatRequest Request, string? RequestId) : IRequest<Result<LlmStream>>;

internal sealed class StreamLlmHandler(CallAdmission admission, ILlmGateway gateway, ICallSettlement settlement)
    : IRequestHandler<StreamLlm, Result<LlmStream>>
{
    public async Task<Result<LlmStream>> Handle(StreamLlm command, CancellationToken cancellationToken)
    {
        var admitted = await admission.AdmitAsync(command.Caller, command.JobId, command.Request, command.RequestId, cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        GatewayStream upstream;
        try
        {
            upstream = await gateway.OpenStreamAsync(call.Request, call.Route.Targets, new GatewayCredentials(call.Team.OrganizationId), call.Cache, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            // The caller left before any upstream answered. Where the prompt was sent, its provider bills it.
            using var lease = call.Lease;
            var left = exception as CallerLeftException;
            var sent = new GatewayReply { Attempts = left?.Attempts ?? 0, Model = left?.Model };
            await settlement.RecordAsync(admission.Record(call, sent, CallEnd.LeftBeforeAnswer(call.Request.PromptBytes)), CancellationToken.None);
            throw;
        }

        catch
        {
            call.Lease.Dispose();
            throw;
        }

        var stream = new LlmStream(call, upstream, admission, settlement);
        if (upstream.Error is not { } error)
            return stream;

        await stream.DisposeAsync();
        return error;
    }
}

/// <summary>A running streamed call of a job.</summary>
public sealed class LlmStream : StreamedCall
{
    private readonly AdmittedCall _call;
    private readonly CallAdmission _admission;
    private readonly ICallSettlement _settlement;

    internal LlmStream(AdmittedCall call, GatewayStream upstream, CallAdmission admission, ICallSettlement settlement)
        : base(upstream)
    {
        _call = call;
        _admission = admission;
        _settlement = settlement;
    }

    public override Guid CallId => _call.CallId;

    public Guid JobId => _call.JobId;

    /// <summary>The group, or the model alias, that the caller asked for: all that a team sees of who serves it.</summary>
    public override string Model => _call.Route.Name;

    public override DateTimeOffset CreatedAt => _call.StartedAt;

    public override RateStatus Limits => _call.Lease.Status;

    public override bool IncludeUsage => _call.Request.IncludeUsage;

    private protected override int PromptBytes => _call.Request.PromptBytes;

    private protected override async Task<TokenUsage> RecordAsync(CallEnd end)
    {
        var record = _admission.Record(_call, Upstream, end);
        await _settlement.RecordAsync(record, CancellationToken.None);
        return record.Usage;
    }

    private protected override void LetGo() => _call.Lease.Dispose();
}
