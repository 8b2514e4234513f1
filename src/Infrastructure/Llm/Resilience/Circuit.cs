using Polly;
using Polly.CircuitBreaker;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>
/// Polly's circuit breaker round one deployment. While it is closed an attempt does not run inside it: its end is reported
/// afterwards, which keeps the same count without a layer of state machines on the way there and back.
/// </summary>
internal sealed class Circuit(ResiliencePipeline<UpstreamAnswer> breaker, CircuitBreakerStateProvider state)
{
    public bool IsClosed => state.CircuitState == CircuitState.Closed;

    /// <summary>Counts the end of an attempt that was made while the circuit was closed.</summary>
    public async ValueTask ReportAsync(UpstreamAnswer answer)
    {
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            // If it has opened meanwhile, this throws nothing and counts nothing.
            await breaker.ExecuteOutcomeAsync(static (_, ended) => new ValueTask<Outcome<UpstreamAnswer>>(Outcome.FromResult(ended)), context, answer);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Makes an attempt while the circuit is not closed: one at a time is let through as a trial, when the break is over.</summary>
    public async ValueTask<UpstreamAnswer> TryAsync<TState>(Func<TState, ValueTask<UpstreamAnswer>> attempt, TState attempted)
    {
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            return await breaker.ExecuteAsync(static (_, trial) => trial.attempt(trial.attempted), context, (attempt, attempted));
        }
        catch (BrokenCircuitException open)
        {
            return new UpstreamAnswer { Kind = AnswerKind.Broken, RetryAfter = open.RetryAfter };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
