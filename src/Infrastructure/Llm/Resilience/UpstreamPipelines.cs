using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>
/// Retry round circuit breaker round time-out, one such pipeline a deployment; round all deployments of a call the total time-out.
/// </summary>
internal sealed partial class UpstreamPipelines
{
    private readonly LlmOptions _options;
    private readonly TimeProvider _time;
    private readonly UpstreamMetrics _metrics;
    private readonly ILogger<UpstreamPipelines> _logger;

    public UpstreamPipelines(IOptions<LlmOptions> options, TimeProvider time, UpstreamMetrics metrics, ILogger<UpstreamPipelines> logger)
    {
        _options = options.Value;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        Total = new ResiliencePipelineBuilder<UpstreamAnswer> { TimeProvider = time }
            .AddTimeout(TimeSpan.FromSeconds(_options.TotalTimeoutSeconds))
            .Build();
    }

    /// <summary>Ends a whole call, whatever it is waiting for.</summary>
    public ResiliencePipeline<UpstreamAnswer> Total { get; }

    /// <param name="name">The deployment's, for logs.</param>
    public ResiliencePipeline<UpstreamAnswer> Create(string provider, string name)
    {
        var builder = new ResiliencePipelineBuilder<UpstreamAnswer> { TimeProvider = _time };
        if (_options.Retries > 0)
            builder.AddRetry(Retry());

        return builder
            .AddCircuitBreaker(Circuit(provider, name))
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = AttemptTimeout })
            .Build();
    }

    private RetryStrategyOptions<UpstreamAnswer> Retry() => new()
    {
        MaxRetryAttempts = _options.Retries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(_options.RetryBaseDelayMs),
        MaxDelay = TimeSpan.FromMilliseconds(_options.RetryMaxDelayMs),
        ShouldHandle = ShouldRetry,

        // Null: the exponential delay.
        DelayGenerator = static args => new(args.Outcome.Result?.RetryAfter),
    };

    private ValueTask<bool> ShouldRetry(RetryPredicateArguments<UpstreamAnswer> args)
    {
        if (args.Outcome.Result is not { IsPassing: true } answer)
            return new(false);
        if (answer.RetryAfter is not { } wait)
            return new(true);

        // Waiting long is worth it only where there is nobody else to ask, and never past the end of the call.
        var call = UpstreamCall.Of(args.Context);
        return new(_time.GetElapsedTime(call.Started) + wait < TimeSpan.FromSeconds(_options.TotalTimeoutSeconds)
            && (call.IsOnLastRoute || wait <= TimeSpan.FromMilliseconds(_options.RetryMaxDelayMs)));
    }

    private CircuitBreakerStrategyOptions<UpstreamAnswer> Circuit(string provider, string name) => new()
    {
        FailureRatio = _options.BreakerFailureRatio,
        MinimumThroughput = _options.BreakerMinimumThroughput,
        SamplingDuration = TimeSpan.FromSeconds(_options.BreakerSamplingSeconds),
        BreakDuration = TimeSpan.FromSeconds(_options.BreakerBreakSeconds),

        // The caller's own leaving is an OperationCanceledException and so never counts.
        ShouldHandle = static args => new(args.Outcome.Result is { Kind: AnswerKind.Faulty } || args.Outcome.Exception is TimeoutRejectedException),
        OnOpened = _ => Changed(provider, name, "open"),
        OnHalfOpened = _ => Changed(provider, name, "half_open"),
        OnClosed = _ => Changed(provider, name, "closed"),
    };

    private ValueTask<TimeSpan> AttemptTimeout(TimeoutGeneratorArguments args) =>
        new(TimeSpan.FromSeconds(UpstreamCall.Of(args.Context).IsStream ? _options.StreamStartTimeoutSeconds : _options.AttemptTimeoutSeconds));

    private ValueTask Changed(string provider, string name, string state)
    {
        _metrics.CircuitChanged(provider, state);
        LogCircuit(name, state);
        return default;
    }

    [LoggerMessage(LogLevel.Warning, "Circuit of {Deployment} is now {State}")]
    private partial void LogCircuit(string deployment, string state);
}
