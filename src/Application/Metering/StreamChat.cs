using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>
/// One streamed chat completion, metered by itself. The result is there when an upstream has answered, so refusals still have
/// a status.
/// </summary>
/// <param name="Intent">What the request and its headers want of the model.</param>
public sealed record StreamChat(Caller Caller, ChatRequest Request, CallIntent Intent, string? RequestId) : IRequest<Result<MeteredStream>>;

internal sealed class StreamChatHandler(CallMetering metering, ILlmGateway gateway, MeteringOptions options, TimeProvider time)
    : IRequestHandler<StreamChat, Result<MeteredStream>>
{
    public async Task<Result<MeteredStream>> Handle(StreamChat command, CancellationToken cancellationToken)
    {
        var request = command.Request;
        var admitted = await metering.AdmitAsync(
            command.Caller, CallShape.Of(request, command.Intent, streamed: true, command.RequestId), cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        GatewayStream upstream;
        try
        {
            upstream = await gateway.OpenStreamAsync(
                request.Within(call.MaxTokens), call.Route.Targets, call.Credentials, call.CachePolicy(request), cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            // The caller left before any upstream answered. Where the prompt was sent, its provider bills it.
            using var lease = call.Lease;
            var left = exception as CallerLeftException;
            var sent = new GatewayReply { Attempts = left?.Attempts ?? 0, Model = left?.Model, ByokKeyId = left?.ByokKeyId };
            await metering.SettleAsync(call, sent, CallEnd.LeftBeforeAnswer(request.PromptBytes));
            throw;
        }
        catch
        {
            call.Lease.Dispose();
            throw;
        }

        var stream = new MeteredStream(call, request, upstream, metering, new HoldRenewal(options, time));
        if (upstream.Error is not { } error)
            return stream;

        await stream.DisposeAsync();
        return error;
    }
}

/// <summary>A running metered stream. One that outgrows its hold takes more, and is ended in good order where there is no more.</summary>
public sealed class MeteredStream : StreamedCall
{
    private readonly HeldForCall _call;
    private readonly ChatRequest _request;
    private readonly CallMetering _metering;
    private readonly HoldRenewal _renewal;
    private readonly ModelPrices? _prices;
    private readonly decimal _step;
    private decimal _held;

    internal MeteredStream(HeldForCall call, ChatRequest request, GatewayStream upstream, CallMetering metering, HoldRenewal renewal)
        : base(upstream)
    {
        _call = call;
        _request = request;
        _metering = metering;
        _renewal = renewal;
        _held = call.Held;

        // What the caller's own key pays for needs no credits.
        _prices = call.AccountId is null || upstream.ByokKeyId is not null || upstream.Cached ? null : upstream.Model?.Prices;
        _step = _prices is null ? 0 : call.Rate.Credits(_prices, new TokenUsage(0, renewal.StepTokens));
    }

    public override Guid CallId => _call.CallId;

    public override string Model => _call.Route.Name ?? Upstream.Model!.Alias;

    /// <summary>Whose API serves.</summary>
    public string Provider => Upstream.Model!.Provider;

    public override DateTimeOffset CreatedAt => _call.StartedAt;

    public override RateStatus Limits => _call.Limits;

    public override bool IncludeUsage => _request.IncludeUsage;

    /// <summary>What it was charged; known once the call is settled.</summary>
    public CallPrice Price { get; private set; }

    private protected override int PromptBytes => _request.PromptBytes;

    private protected override async ValueTask<bool> IsCoveredAsync()
    {
        var more = 0m;
        if (_prices is not null)
        {
            var delivered = new TokenUsage(_call.Estimate.PromptTokens, TokenEstimate.FromBytes(Upstream.DeliveredTextBytes));
            var missing = _call.Rate.Credits(_prices, delivered) - _held;
            if (missing > 0)
                more = Math.Max(missing, _step);
        }

        if (more == 0 && !_renewal.IsDue)
            return true;

        _renewal.Begin();
        var extended = await _metering.ExtendAsync(_call, more);
        if (extended)
            _held += more;
        return extended || more == 0;
    }

    private protected override async Task<TokenUsage> RecordAsync(CallEnd end)
    {
        var charged = await _metering.SettleAsync(_call, Upstream, end);
        Price = new CallPrice(charged.Credits, charged.Available);
        return charged.Usage;
    }

    private protected override void LetGo() => _call.Lease.Dispose();
}
