using SaasLlm.Application.Llm;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Byok;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>One call on its way over routes and attempts: what was sent, and what is known if nobody answers.</summary>
/// <param name="started">When the call began, as a timestamp of the time provider.</param>
internal sealed class UpstreamCall(
    ModelRequest request, RouteTargets targets, Route[] routes, bool isStream, long started, CancellationToken callerToken)
{
    private int _attempts;
    private TimeSpan? _failedRetryAfter;
    private TimeSpan? _returnsAfter;
    private bool _failed;
    private bool _timedOut;
    private ByokKey? _refusedKey;
    private bool _full;
    private string? _unsayable;

    public ModelRequest Request => request;

    public Route[] Routes => routes;

    public bool IsStream => isStream;

    /// <summary>What metrics call the route to this deployment. The models that a caller's own key reaches may bear names of the caller's.</summary>
    public string ModelGroupOf(in Route route) =>
        targets.Name ?? (route.Deployment.Byok is null ? route.Model.Alias : Telemetry.None);

    /// <summary>True where the sandbox answers; it stands in for all routes or for none.</summary>
    public bool IsInvented => routes[0].Deployment.IsInvented;

    public long Started => started;

    public CancellationToken CallerToken => callerToken;

    public bool CallerHasLeft => callerToken.IsCancellationRequested;

    /// <summary>True where somebody will ask how fast deployments are.</summary>
    public bool MeasuresLatency { get; } = targets.Strategy == RoutingStrategy.LowestLatency;

    /// <summary>Null where the call is not to be hedged, as only chats are, or has been.</summary>
    public int? HedgeAfterMs { get; set; } = request.Operation == UpstreamOperation.Chat ? targets.HedgeAfterMs : null;

    /// <summary>The route that a hedge has used already; −1: none.</summary>
    public int HedgedRoute { get; set; } = -1;

    /// <summary>Requests sent so far.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>The model of the request that counts: the last one sent, or a hedge's winner; null before the first.</summary>
    public CatalogModel? Model { get; private set; }

    /// <summary>The caller's own key of that request; null: the platform's.</summary>
    public Guid? ByokKeyId { get; private set; }

    /// <summary>The model that lost a hedge with its request still under way, at the operator's cost.</summary>
    public CatalogModel? GivenUp { get; set; }

    /// <summary>When the first of the deployments that asked for a pause returns; null where none did.</summary>
    public TimeSpan? AskedToWait { get; private set; }

    public void BeginAttempt(in Route route)
    {
        Interlocked.Increment(ref _attempts);
        route.Deployment.Byok?.Used();
        Follow(route);
    }

    /// <summary>Takes this route's request for the one that counts.</summary>
    public void Follow(in Route route)
    {
        Model = route.Model;
        ByokKeyId = route.Deployment.Byok?.KeyId;
    }

    /// <summary>A route that serves as many calls as it may.</summary>
    public void PassFull() => _full = true;

    /// <summary>A route that is left alone for so long; null where its circuit waits for a trial's end.</summary>
    public void PassCooling(TimeSpan? returnsAfter, bool isCircuit)
    {
        if (returnsAfter is not { } wait)
            return;
        if (_returnsAfter is null || wait < _returnsAfter)
            _returnsAfter = wait;
        if (!isCircuit && (AskedToWait is null || wait < AskedToWait))
            AskedToWait = wait;
    }

    /// <summary>How a route ended that did not answer.</summary>
    public void Failed(UpstreamAnswer answer)
    {
        if (answer.Kind == AnswerKind.Broken)
        {
            PassCooling(answer.RetryAfter, isCircuit: true);
            return;
        }

        if (answer.Kind == AnswerKind.Unsayable)
        {
            _unsayable = answer.Message;
            return;
        }

        _failed = true;
        _timedOut = answer.Kind == AnswerKind.TimedOut;
        _refusedKey = answer.RefusedKey;
        _failedRetryAfter = answer.RetryAfter;
    }

    /// <summary>What the caller is told when no route has answered: the last failure decides, for a route that was passed over is none.</summary>
    public Error ToError()
    {
        if (_refusedKey is not null)
            return ByokErrors.Refused(_refusedKey.Provider);
        if (_failed)
            return _timedOut ? LlmErrors.TimedOut() : LlmErrors.Failed(_failedRetryAfter);
        if (_unsayable is not null)
            return LlmErrors.Rejected(_unsayable);
        return _full ? LlmErrors.AtCapacity() : LlmErrors.Unavailable(_returnsAfter);
    }
}
