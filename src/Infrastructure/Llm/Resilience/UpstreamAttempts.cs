using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>The attempts of one call at one route: time-outs, circuit, retries. A good first attempt passes none of it on its way but a timer.</summary>
internal sealed partial class UpstreamAttempts
{
    // The upstream's name of the model may be longer than the caller's, and stream options are added.
    private const int BodySlackBytes = 256;

    /// <summary>What a failure costs a deployment's latency at least: a quick refusal must not look like a quick answer.</summary>
    private const double FailureCostMs = 10_000;

    private readonly UpstreamClient _client;
    private readonly CancellationSources _sources;
    private readonly Cooldowns _cooldowns;
    private readonly UpstreamMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<UpstreamAttempts> _logger;
    private readonly int _retries;
    private readonly TimeSpan _retryBase;
    private readonly TimeSpan _retryMax;
    private readonly TimeSpan _total;
    private readonly TimeSpan _plain;
    private readonly TimeSpan _streamStart;

    public UpstreamAttempts(
        UpstreamClient client, CancellationSources sources, Cooldowns cooldowns, UpstreamMetrics metrics,
        IOptions<LlmOptions> options, TimeProvider time, ILogger<UpstreamAttempts> logger)
    {
        _client = client;
        _sources = sources;
        _cooldowns = cooldowns;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _retries = options.Value.Retries;
        _retryBase = TimeSpan.FromMilliseconds(options.Value.RetryBaseDelayMs);
        _retryMax = TimeSpan.FromMilliseconds(options.Value.RetryMaxDelayMs);
        _total = TimeSpan.FromSeconds(options.Value.TotalTimeoutSeconds);
        _plain = TimeSpan.FromSeconds(options.Value.AttemptTimeoutSeconds);
        _streamStart = TimeSpan.FromSeconds(options.Value.StreamStartTimeoutSeconds);
    }

    /// <param name="isLast">True where nobody is left to ask after this route, so that a long pause is better than none.</param>
    /// <param name="seat">Left at the end; a begun stream keeps it.</param>
    /// <param name="leg">Where the call is hedged: tells when the other has answered first.</param>
    /// <exception cref="OperationCanceledException">The caller has left.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamAnswer> RunAsync(UpstreamCall call, Route route, bool isLast, Seat seat, HedgeLeg? leg)
    {
        var body = new PooledBody(call.Request.Body.Length + BodySlackBytes);
        var streams = false;
        try
        {
            if (Write(call, route, body) is { } unsayable)
                return new UpstreamAnswer { Kind = AnswerKind.Unsayable, Message = unsayable };

            for (var retry = 0; ; retry++)
            {
                var answer = await TryAsync(call, route, body, leg);
                if (answer.Response is not null)
                {
                    streams = true;
                    answer.Seat = seat;
                    return answer;
                }

                if (!answer.IsPassing || retry >= _retries || PauseBefore(retry, answer, call, isLast) is not { } pause)
                    return answer;
                if (!await PauseAsync(pause, call, leg))
                    return leg is { Lost.IsCancellationRequested: true } ? UpstreamAnswer.GivenUp : UpstreamAnswer.OutOfTime;
            }
        }
        finally
        {
            body.Dispose();
            if (!streams)
                seat.Leave();
        }
    }

    /// <returns>Null, or why the route cannot be asked.</returns>
    private static string? Write(UpstreamCall call, in Route route, PooledBody body)
    {
        var deployment = route.Deployment;
        if (call.Request is ChatRequest chat)
            return deployment.Dialect.WriteChat(body, chat, route.Model, deployment.UpstreamModel, call.IsStream);
        if (deployment.AddressOf(call.Request.Operation) is null)
            return "The model does not do what is asked: its provider offers only chats.";

        call.Request.WriteUpstreamBody(body, deployment.UpstreamModel, call.IsStream);
        return null;
    }

    /// <summary>Waits, but not past the end of the call.</summary>
    /// <returns>False where the call's time is up, or somebody else has answered.</returns>
    /// <exception cref="OperationCanceledException">The caller has left.</exception>
    public async Task<bool> PauseAsync(TimeSpan pause, UpstreamCall call, HedgeLeg? leg)
    {
        var left = _total - _time.GetElapsedTime(call.Started);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CallerToken, leg?.Lost ?? CancellationToken.None);
        try
        {
            await Task.Delay(pause < left ? pause : left, _time, either.Token);
            return pause < left;
        }
        catch (OperationCanceledException) when (!call.CallerHasLeft)
        {
            return false;
        }
    }

    /// <summary>Whether a call that has found everybody cooling should wait for the first to return: no longer than before a retry.</summary>
    public bool IsWorthWaiting(TimeSpan wait, UpstreamCall call) => wait <= _retryMax && _time.GetElapsedTime(call.Started) + wait < _total;

    /// <summary>Null where another attempt is not worth it.</summary>
    private TimeSpan? PauseBefore(int retry, UpstreamAnswer answer, UpstreamCall call, bool isLast)
    {
        if (answer.RetryAfter is { } wait)
        {
            // Waiting long is worth it only where there is nobody else to ask, and never past the end of the call.
            return _time.GetElapsedTime(call.Started) + wait < _total && (isLast || wait <= _retryMax) ? wait : null;
        }

        // Doubled each time, half of it by chance, so that calls that failed together do not come back together.
        var longest = Math.Min(_retryMax.TotalMilliseconds, _retryBase.TotalMilliseconds * Math.Pow(2, retry));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamAnswer> TryAsync(UpstreamCall call, Route route, PooledBody body, HedgeLeg? leg)
    {
        var circuit = route.Deployment.Circuit;
        if (!circuit.IsClosed)
        {
            return await circuit.TryAsync(
                static trial => trial.This.AttemptAsync(trial.call, trial.route, trial.body, trial.leg),
                (This: this, call, route, body, leg));
        }

        var answer = await AttemptAsync(call, route, body, leg);
        if (answer.Kind is not (AnswerKind.GivenUp or AnswerKind.OutOfTime))
            await circuit.ReportAsync(answer);
        return answer;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamAnswer> AttemptAsync(UpstreamCall call, Route route, PooledBody body, HedgeLeg? leg)
    {
        var started = _time.GetTimestamp();
        var limit = call.IsStream ? _streamStart : _plain;
        var left = call.Attempts == 0 ? _total : _total - _time.GetElapsedTime(call.Started, started);
        if (left <= TimeSpan.Zero)
            return UpstreamAnswer.OutOfTime;

        UpstreamAnswer answer;
        call.BeginAttempt(route);
        using var activity = AttemptActivity.Start(call, route);
        var source = _sources.Rent();
        try
        {
            await using var caller = Link(source, call.CallerToken);
            await using var other = Link(source, leg?.Lost ?? CancellationToken.None);
            source.CancelAfter(limit < left ? limit : left);
            leg?.IsSent = true;
            answer = await _client.SendAsync(route.Deployment, call.Request.Operation, body, call.IsStream, source.Token);
        }
        catch (OperationCanceledException) when (!call.CallerHasLeft)
        {
            answer = leg is { Lost.IsCancellationRequested: true } ? UpstreamAnswer.GivenUp
                : limit < left ? UpstreamAnswer.TimedOut
                : UpstreamAnswer.OutOfTime;
        }
        catch (OperationCanceledException)
        {
            Count(call, route, "cancelled", _time.GetElapsedTime(started));
            activity?.End("cancelled", null);
            throw;
        }
        finally
        {
            _sources.Return(source);
        }

        // What was answered or given up is billed.
        if (answer.Kind is not (AnswerKind.Good or AnswerKind.GivenUp))
            leg?.IsSent = false;
        activity?.End(NameOf(answer.Kind), answer.StatusCode);
        Learn(call, route, answer, _time.GetElapsedTime(started));
        return answer;
    }

    private void Count(UpstreamCall call, in Route route, string outcome, TimeSpan elapsed) =>
        _metrics.Attempted(route.Deployment.Provider, call.ModelGroupOf(route), call.Request.Operation, outcome, elapsed);

    private void Learn(UpstreamCall call, in Route route, UpstreamAnswer answer, TimeSpan elapsed)
    {
        var deployment = route.Deployment;
        Count(call, route, NameOf(answer.Kind), elapsed);
        _cooldowns.Heed(deployment, answer);
        if (call.MeasuresLatency)
            Measure(deployment.Load.Latency(call.IsStream), answer.Kind, elapsed.TotalMilliseconds);

        if (answer.Kind is AnswerKind.TimedOut or AnswerKind.OutOfTime)
            LogTimedOut(deployment);
        else if (answer.Kind is not (AnswerKind.Good or AnswerKind.GivenUp))
            LogFailed(deployment, answer.StatusCode, answer.Kind);
    }

    private void Measure(PeakEwma latency, AnswerKind kind, double ms)
    {
        switch (kind)
        {
            case AnswerKind.Good:
                latency.Observe(ms, _time);
                break;
            case AnswerKind.GivenUp or AnswerKind.OutOfTime:
                latency.ObserveAtLeast(ms, _time);
                break;
            case not AnswerKind.Rejected:
                latency.Observe(Math.Max(ms, FailureCostMs), _time);
                break;
        }
    }

    private static CancellationTokenRegistration Link(CancellationTokenSource source, CancellationToken token) =>
        token.CanBeCanceled ? token.UnsafeRegister(static linked => ((CancellationTokenSource)linked!).Cancel(), source) : default;

    private static string NameOf(AnswerKind kind) => kind switch
    {
        AnswerKind.Good => "good",
        AnswerKind.Rejected => "rejected",
        AnswerKind.Denied => "denied",
        AnswerKind.Busy => "busy",
        AnswerKind.TimedOut or AnswerKind.OutOfTime => "timeout",
        AnswerKind.GivenUp => "cancelled",
        _ => "faulty",
    };

    [LoggerMessage(LogLevel.Warning, "{Deployment} failed with status {Status} ({Kind})")]
    private partial void LogFailed(Deployment deployment, int? status, AnswerKind kind);

    [LoggerMessage(LogLevel.Warning, "{Deployment} did not answer in time")]
    private partial void LogTimedOut(Deployment deployment);
}
