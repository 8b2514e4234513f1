using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Byok;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Resilience;
using SaasLlm.Infrastructure.Llm.Streaming;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>Chooses among the targets, sends the request along them, and turns what comes back into a reply or an open stream.</summary>
internal sealed class LlmGateway(
    Deployments deployments,
    RouteChoice choice,
    ModelSlots slots,
    UpstreamAttempts attempts,
    Hedge hedge,
    CancellationSources sources,
    UpstreamMetrics metrics,
    IOptions<LlmOptions> options,
    TimeProvider time) : ILlmGateway
{
    /// <summary>Calls that have waited for the same deployment return spread over this share of the wait.</summary>
    private const double WaitSpread = 0.1;

    private readonly LlmOptions _options = options.Value;

    public async Task<GatewayReply> SendAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var routes = await deployments.ResolveAsync(targets, credentials, cancellationToken);
        if (routes.Length == 0)
            return new GatewayReply { Error = LlmErrors.NoCredential(), Attempts = 0 };

        var call = new UpstreamCall(request, targets, routes, isStream: false, time.GetTimestamp(), cancellationToken);
        var answer = await RunAsync(call, targets);
        var error = ErrorOf(call, answer);
        return new GatewayReply
        {
            Answer = (ChatAnswer?)answer?.Answer,
            Error = error,
            Model = call.Model,
            ByokKeyId = call.ByokKeyId,
            Attempts = call.Attempts,
            GivenUp = call.GivenUp,
            IsInvented = error is null && call.IsInvented,
        };
    }

    public async Task<ModelReply> SendAsync(ModelRequest request, RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken)
    {
        var routes = await deployments.ResolveAsync(targets, credentials, cancellationToken);
        if (routes.Length == 0)
            return new ModelReply { Error = LlmErrors.NoCredential(), Attempts = 0 };

        var call = new UpstreamCall(request, targets, routes, isStream: false, time.GetTimestamp(), cancellationToken);
        var answer = await RunAsync(call, targets);
        var error = ErrorOf(call, answer);
        return new ModelReply
        {
            Answer = answer?.Answer,
            Error = error,
            Model = call.Model,
            ByokKeyId = call.ByokKeyId,
            Attempts = call.Attempts,
            IsInvented = error is null && call.IsInvented,
        };
    }

    public async Task<GatewayStream> OpenStreamAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var routes = await deployments.ResolveAsync(targets, credentials, cancellationToken);
        if (routes.Length == 0)
            return new RefusedStream { Error = LlmErrors.NoCredential(), Attempts = 0 };

        var call = new UpstreamCall(request, targets, routes, isStream: true, time.GetTimestamp(), cancellationToken);
        var answer = await RunAsync(call, targets);
        return ErrorOf(call, answer) is { } error
            ? new RefusedStream { Error = error, Model = call.Model, ByokKeyId = call.ByokKeyId, Attempts = call.Attempts, GivenUp = call.GivenUp }
            : await UpstreamStream.OpenAsync(answer!, call, _options, sources, metrics);
    }

    private static Error? ErrorOf(UpstreamCall call, UpstreamAnswer? answer) => answer switch
    {
        { Kind: AnswerKind.Good } => null,
        { Kind: AnswerKind.Rejected } => LlmErrors.Rejected(answer.Message!),
        { Kind: AnswerKind.OutOfTime } => LlmErrors.TimedOut(),
        { RefusedKey: { } own } => ByokErrors.Refused(own.Provider),
        _ => call.ToError(),
    };

    /// <summary>The answer that ends the call; null where no route has one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamAnswer?> RunAsync(UpstreamCall call, RouteTargets targets)
    {
        try
        {
            choice.Arrange(call.Routes, targets, call.IsStream);
            var answer = await TryRoutesAsync(call);
            if (answer is not null || call.Attempts > 0 || call.AskedToWait is not { } wait || !attempts.IsWorthWaiting(wait, call))
                return answer;

            // All want a short pause and nothing was sent: a call that waits like a retry is better than one that fails.
            return await attempts.PauseAsync(wait * (1 + (Random.Shared.NextDouble() * WaitSpread)), call, null)
                ? await TryRoutesAsync(call)
                : UpstreamAnswer.OutOfTime;
        }
        catch (OperationCanceledException exception) when (call.CallerHasLeft)
        {
            throw new CallerLeftException("The caller has left.", exception) { Model = call.Model, ByokKeyId = call.ByokKeyId, Attempts = call.Attempts };
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamAnswer?> TryRoutesAsync(UpstreamCall call)
    {
        for (var i = 0; i < call.Routes.Length; i++)
        {
            if (i == call.HedgedRoute || !TrySit(call, i, out var seat))
                continue;

            var isLast = IsLast(call, i);
            var answer = isLast || call.HedgeAfterMs is null
                ? await attempts.RunAsync(call, call.Routes[i], isLast, seat, null)
                : await hedge.RunAsync(call, i, seat);
            if (answer.IsFinal)
                return answer;

            call.Failed(answer);
        }

        return null;
    }

    /// <summary>True where nobody is left to ask after this route.</summary>
    private bool IsLast(UpstreamCall call, int index)
    {
        for (var i = index + 1; i < call.Routes.Length; i++)
        {
            if (i != call.HedgedRoute && call.Routes[i].Deployment.Load.CooldownAt(time.GetTimestamp()) is not { Kind: Cooling.Known })
                return false;
        }

        return true;
    }

    /// <summary>Takes a seat at a route that may be asked now.</summary>
    private bool TrySit(UpstreamCall call, int index, out Seat seat)
    {
        ref readonly var route = ref call.Routes[index];
        seat = default;
        var now = time.GetTimestamp();
        if (route.Deployment.Load.CooldownAt(now) is { Kind: Cooling.Known } cooldown)
        {
            call.PassCooling(time.GetElapsedTime(now, cooldown.Until), cooldown.IsCircuit);
            return false;
        }

        if (slots.TryTake(route, out seat))
            return true;

        call.PassFull();
        return false;
    }
}
