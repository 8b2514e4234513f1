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
            await settlement.RecordAsync(admission.Record(call, sent, CallEnd.LeftBeforeAnswer(call)), CancellationToken.None);
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

/// <summary>A running streamed call.</summary>
public sealed class LlmStream : IAsyncDisposable
{
    private readonly AdmittedCall _call;
    private readonly GatewayStream _upstream;
    private readonly CallAdmission _admission;
    private readonly ICallSettlement _settlement;
    private bool _ended;
    private bool _settled;

    internal LlmStream(AdmittedCall call, GatewayStream upstream, CallAdmission admission, ICallSettlement settlement)
    {
        _call = call;
        _upstream = upstream;
        _admission = admission;
        _settlement = settlement;
    }

    public Guid CallId => _call.CallId;

    public Guid JobId => _call.JobId;

    /// <summary>The group, or the model alias, that the caller asked for: all that a team sees of who serves it.</summary>
    public string ModelGroup => _call.Route.Name;

    /// <summary>What is left of the caller's limits.</summary>
    public RateStatus Limits => _call.Lease.Status;

    /// <summary>True where the caller asked for the usage chunk.</summary>
    public bool IncludeUsage => _call.Request.IncludeUsage;

    /// <summary>True where an earlier answer to the same request is streamed again.</summary>
    public bool Cached => _upstream.Cached;

    /// <summary>Why the stream broke; null while it runs and after a good end.</summary>
    public Error? Fault => _upstream.Fault;

    /// <summary>The JSON of the upstream's next event; null at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var next = await _upstream.ReadAsync(cancellationToken);
        _ended = next is null;
        return next;
    }

    /// <summary>
    /// Commits the call's record: at its end before the last byte goes out, and again harmlessly when it is disposed.
    /// A stream that was left early is charged for its prompt and for what was delivered.
    /// </summary>
    public async Task SettleAsync()
    {
        if (_settled)
            return;

        _settled = true;
        await _settlement.RecordAsync(_admission.Record(_call, _upstream, End()), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Cancelled first: an upstream that nobody reads must not go on generating while its record is written.
            await _upstream.DisposeAsync();
            await SettleAsync();
        }
        finally
        {
            _call.Lease.Dispose();
        }
    }

    private CallEnd End()
    {
        if (_upstream.Error is { } refused)
            return CallEnd.Refused(_call, refused, streamed: true);

        var left = !_ended && Fault is null;
        var finish = left ? CallEnd.CallerLeft : _upstream.FinishReason;
        if (_upstream.Usage is { } usage && (!left || _upstream.Drained))
            return new CallEnd(Fault, usage, left ? UsageSource.Drained : UsageSource.Upstream, Streamed: true, finish);

        var delivered = new TokenUsage(TokenEstimate.FromBytes(_call.Request.PromptBytes), TokenEstimate.FromBytes(_upstream.DeliveredTextBytes));
        return new CallEnd(Fault, delivered, left || Fault is not null ? UsageSource.Delivered : UsageSource.Estimated, Streamed: true, finish);
    }
}
