using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>
/// One streamed LLM call within a job. The result is there when an upstream has answered, so refusals still have a status;
/// the stream settles itself when it is disposed, however it ended.
/// </summary>
public sealed record StreamLlm(Caller Caller, Guid JobId, ChatRequest Request, string? RequestId) : IRequest<Result<LlmStream>>;

internal sealed class StreamLlmHandler(CallAdmission admission, ILlmGateway gateway, ICallSettlement settlement, MeteringOptions options, TimeProvider time)
    : IRequestHandler<StreamLlm, Result<LlmStream>>
{
    public async Task<Result<LlmStream>> Handle(StreamLlm command, CancellationToken cancellationToken)
    {
        var admitted = await admission.AdmitAsync(
            command.Caller, command.JobId, command.Request, streamed: true, command.RequestId, cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        GatewayStream upstream;
        try
        {
            upstream = await gateway.OpenStreamAsync(call.Request, call.Route.Targets, call.Credentials, call.Cache, cancellationToken);
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

        var stream = new LlmStream(call, upstream, admission, settlement, new HoldRenewal(options, time));
        if (upstream.Error is not { } error)
            return stream;

        await stream.DisposeAsync();
        return error;
    }
}

/// <summary>A running streamed call of a job. Where the job pays by use, one that outgrows its estimate takes more of the wallet.</summary>
public sealed class LlmStream : StreamedCall
{
    private readonly AdmittedCall _call;
    private readonly CallAdmission _admission;
    private readonly ICallSettlement _settlement;
    private readonly HoldRenewal _renewal;
    private readonly ModelPrices? _prices;
    private JobUse _counted;

    internal LlmStream(AdmittedCall call, GatewayStream upstream, CallAdmission admission, ICallSettlement settlement, HoldRenewal renewal)
        : base(upstream)
    {
        _call = call;
        _admission = admission;
        _settlement = settlement;
        _renewal = renewal;
        _counted = call.Noted.Estimate;
        _prices = call.IsByUse && !upstream.Cached ? upstream.Model?.Prices : null;
    }

    public override Guid CallId => _call.CallId;

    public Guid JobId => _call.JobId;

    /// <summary>The group, or the model alias, that the caller asked for: all that a team sees of who serves it.</summary>
    public override string Model => _call.Route.Name;

    public override DateTimeOffset CreatedAt => _call.StartedAt;

    public override RateStatus Limits => _call.Lease.Status;

    public override bool IncludeUsage => _call.Request.IncludeUsage;

    private protected override int PromptBytes => _call.Request.PromptBytes;

    private protected override async ValueTask<bool> IsCoveredAsync()
    {
        var more = Missing();
        if (more == default && !_renewal.IsDue)
            return true;

        _renewal.Begin();
        var extended = await _admission.ExtendAsync(_call, more);
        if (extended)
            _counted += more;
        return extended || more == default;
    }

    private protected override async Task<TokenUsage> RecordAsync(CallEnd end)
    {
        var record = _admission.Record(_call, Upstream, end);
        await _settlement.RecordAsync(record, CancellationToken.None);
        return record.Usage;
    }

    private protected override void LetGo() => _call.Lease.Dispose();

    /// <summary>What was delivered beyond what the job counts it with, and a step more so as not to ask for each chunk.</summary>
    private JobUse Missing()
    {
        if (_prices is null)
            return default;

        var delivered = new TokenUsage(_call.Noted.PromptTokens, TokenEstimate.FromBytes(Upstream.DeliveredTextBytes));
        if (delivered.TotalTokens <= _counted.Tokens && _prices.CostUsd(delivered) <= _counted.ClientCostUsd)
            return default;

        var ahead = delivered with { CompletionTokens = delivered.CompletionTokens + _renewal.StepTokens };
        return new JobUse(Math.Max(0, _prices.CostUsd(ahead) - _counted.ClientCostUsd), Math.Max(0, ahead.TotalTokens - _counted.Tokens));
    }
}
