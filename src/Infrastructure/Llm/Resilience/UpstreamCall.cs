using System.Diagnostics.CodeAnalysis;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>One call on its way over routes and attempts: the state that Polly carries, so that no attempt needs a closure.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The body belongs to the pass over one route, which disposes it.")]
internal sealed class UpstreamCall(ChatRequest request, Route[] routes, bool isStream, long started, CancellationToken callerToken)
{
    // The upstream's name of the model may be longer than the caller's, and stream options are added.
    private const int BodySlackBytes = 256;

    private static readonly ResiliencePropertyKey<UpstreamCall> Key = new("saasllm.call");

    private int _current;
    private PooledBody? _body;
    private TimeSpan? _failedRetryAfter;
    private TimeSpan? _openRetryAfter;
    private bool _failed;
    private bool _timedOut;

    public bool IsStream => isStream;

    /// <summary>When the call began, as a timestamp of the time provider.</summary>
    public long Started => started;

    public bool IsOnLastRoute => _current == routes.Length - 1;

    public Deployment Deployment => routes[_current].Deployment;

    public PooledBody Body => _body!;

    /// <summary>Requests sent so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>The model of the last request sent; null before the first.</summary>
    public CatalogModel? Model { get; private set; }

    public bool CallerHasLeft => callerToken.IsCancellationRequested;

    public static UpstreamCall Of(ResilienceContext context) => context.Properties.GetValue(Key, null!);

    public void Enter(ResilienceContext context) => context.Properties.Set(Key, this);

    /// <summary>Tries the routes in order until one answers or the request itself is refused; each with its own retries.</summary>
    public async ValueTask<Outcome<UpstreamAnswer>> TryRoutesAsync(
        ResilienceContext context, Func<ResilienceContext, UpstreamCall, ValueTask<Outcome<UpstreamAnswer>>> attempt)
    {
        Outcome<UpstreamAnswer> outcome = default;
        for (_current = 0; _current < routes.Length; _current++)
        {
            using (_body = new PooledBody(request.Body.Length + BodySlackBytes))
            {
                request.WriteUpstreamBody(_body, Deployment.UpstreamModel, isStream);
                outcome = await Deployment.Pipeline.ExecuteOutcomeAsync(attempt, context, this);
            }

            switch (outcome)
            {
                case { Result.Kind: AnswerKind.Good or AnswerKind.Rejected }:
                    return outcome;
                case { Exception: BrokenCircuitException open }:
                    if (_openRetryAfter is null || open.RetryAfter < _openRetryAfter)
                        _openRetryAfter = open.RetryAfter;
                    break;
                case { Result: not null } or { Exception: TimeoutRejectedException }:
                    break;
                default:
                    // The total time is up, the caller has left, or this is a bug: none is the route's fault.
                    return outcome;
            }
        }

        return outcome;
    }

    public void BeginAttempt()
    {
        Attempts++;
        Model = routes[_current].Model;
    }

    public void EndAttempt(UpstreamAnswer answer)
    {
        _failed = answer.Kind != AnswerKind.Good;
        _timedOut = false;
        _failedRetryAfter = answer.RetryAfter;
    }

    public void EndAttemptByTimeout()
    {
        _failed = true;
        _timedOut = true;
        _failedRetryAfter = null;
    }

    /// <summary>What the caller is told when no route has answered: the last failure decides, for an open circuit is none.</summary>
    public Error ToError() =>
        !_failed ? LlmErrors.Unavailable(_openRetryAfter)
        : _timedOut ? LlmErrors.TimedOut()
        : LlmErrors.Failed(_failedRetryAfter);
}
