using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using SaasLlm.Infrastructure.Llm.Balancing;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>Makes circuits: one a deployment, whose opening begins a cool-down.</summary>
internal sealed partial class Circuits(
    IOptions<LlmOptions> options, TimeProvider time, Cooldowns cooldowns, UpstreamMetrics metrics, ILogger<Circuits> logger)
{
    public Circuit Create(Deployment deployment)
    {
        var state = new CircuitBreakerStateProvider();
        var breaker = new ResiliencePipelineBuilder<UpstreamAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<UpstreamAnswer>
            {
                FailureRatio = options.Value.BreakerFailureRatio,
                MinimumThroughput = options.Value.BreakerMinimumThroughput,
                SamplingDuration = TimeSpan.FromSeconds(options.Value.BreakerSamplingSeconds),
                BreakDuration = TimeSpan.FromSeconds(options.Value.BreakerBreakSeconds),
                StateProvider = state,

                // The caller's own leaving is an exception and so never counts. A trial that was given up for a faster answer has failed.
                ShouldHandle = static args => new(args.Outcome.Result is { Kind: AnswerKind.Faulty or AnswerKind.TimedOut or AnswerKind.GivenUp }),
                OnOpened = args =>
                {
                    cooldowns.Opened(deployment, args.BreakDuration);
                    return Changed(deployment, "open");
                },
                OnHalfOpened = _ => Changed(deployment, "half_open"),
                OnClosed = _ =>
                {
                    deployment.Load.Recovered();
                    return Changed(deployment, "closed");
                },
            })
            .Build();
        return new Circuit(breaker, state);
    }

    private ValueTask Changed(Deployment deployment, string state)
    {
        metrics.CircuitChanged(deployment.Provider, state);
        LogCircuit(deployment, state);
        return default;
    }

    [LoggerMessage(LogLevel.Warning, "Circuit of {Deployment} is now {State}")]
    private partial void LogCircuit(Deployment deployment, string state);
}
