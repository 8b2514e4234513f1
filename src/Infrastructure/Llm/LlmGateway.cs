using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;
using SaasLlm.Infrastructure.Llm.Resilience;
using SaasLlm.Infrastructure.Llm.Streaming;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>Resolves the targets, sends the request along them, and turns what comes back into a reply or an open stream.</summary>
internal sealed partial class LlmGateway : ILlmGateway
{
    private readonly Deployments _deployments;
    private readonly UpstreamPipelines _pipelines;
    private readonly OpenAiClient _client;
    private readonly UpstreamMetrics _metrics;
    private readonly LlmOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LlmGateway> _logger;
    private readonly Func<ResilienceContext, UpstreamCall, ValueTask<Outcome<UpstreamAnswer>>> _tryRoutes;

    public LlmGateway(
        Deployments deployments,
        UpstreamPipelines pipelines,
        OpenAiClient client,
        UpstreamMetrics metrics,
        IOptions<LlmOptions> options,
        TimeProvider time,
        ILogger<LlmGateway> logger)
    {
        _deployments = deployments;
        _pipelines = pipelines;
        _client = client;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _logger = logger;

        // Made once, not once a call.
        Func<ResilienceContext, UpstreamCall, ValueTask<Outcome<UpstreamAnswer>>> attempt = AttemptAsync;
        _tryRoutes = (context, call) => call.TryRoutesAsync(context, attempt);
    }

    public async Task<GatewayReply> SendAsync(
        ChatRequest request, IReadOnlyList<CatalogModel> targets, string organizationId, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var routes = await _deployments.ResolveAsync(targets, organizationId, cancellationToken);
        if (routes.Length == 0)
            return new GatewayReply { Error = LlmErrors.NoCredential(), Attempts = 0 };

        var call = new UpstreamCall(request, routes, isStream: false, _time.GetTimestamp(), cancellationToken);
        var (answer, error) = await RunAsync(call, cancellationToken);
        return new GatewayReply
        {
            Answer = answer?.Answer,
            Error = error,
            Model = call.Model,
            Attempts = call.Attempts,
            IsInvented = error is null && call.Deployment.IsInvented,
        };
    }

    public async Task<GatewayStream> OpenStreamAsync(
        ChatRequest request, IReadOnlyList<CatalogModel> targets, string organizationId, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var routes = await _deployments.ResolveAsync(targets, organizationId, cancellationToken);
        if (routes.Length == 0)
            return new RefusedStream { Error = LlmErrors.NoCredential(), Attempts = 0 };

        var call = new UpstreamCall(request, routes, isStream: true, _time.GetTimestamp(), cancellationToken);
        var (answer, error) = await RunAsync(call, cancellationToken);
        return error is null
            ? await UpstreamStream.OpenAsync(answer!.Response!, call, _options, _time, _metrics)
            : new RefusedStream { Error = error, Model = call.Model, Attempts = call.Attempts };
    }

    private async ValueTask<(UpstreamAnswer? Answer, Error? Error)> RunAsync(UpstreamCall call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            call.Enter(context);
            var outcome = await _pipelines.Total.ExecuteOutcomeAsync(_tryRoutes, context, call);
            if (outcome.Result is { Kind: AnswerKind.Good } good)
                return (good, null);
            if (outcome.Result is { Kind: AnswerKind.Rejected } rejected)
                return (null, LlmErrors.Rejected(rejected.Message!));
            if (outcome.Exception is TimeoutRejectedException)
                return (null, LlmErrors.TimedOut());
            if (outcome.Exception is BrokenCircuitException or null)
                return (null, call.ToError());

            // The caller has left, or this is a bug.
            cancellationToken.ThrowIfCancellationRequested();
            outcome.ThrowIfException();
            throw new InvalidOperationException("A call ended without an outcome.");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<Outcome<UpstreamAnswer>> AttemptAsync(ResilienceContext context, UpstreamCall call)
    {
        var deployment = call.Deployment;
        var started = _time.GetTimestamp();
        call.BeginAttempt();
        try
        {
            var answer = await _client.SendAsync(deployment, call.Body, call.IsStream, context.CancellationToken);
            call.EndAttempt(answer);
            _metrics.Attempted(deployment.Provider, NameOf(answer.Kind), _time.GetElapsedTime(started));
            if (answer.Kind != AnswerKind.Good)
                LogFailed(deployment, answer.StatusCode, answer.Kind);
            return Outcome.FromResult(answer);
        }
        catch (OperationCanceledException exception)
        {
            if (!call.CallerHasLeft)
            {
                call.EndAttemptByTimeout();
                LogTimedOut(deployment);
            }

            _metrics.Attempted(deployment.Provider, call.CallerHasLeft ? "cancelled" : "timeout", _time.GetElapsedTime(started));
            return Outcome.FromException<UpstreamAnswer>(exception);
        }
        catch (Exception exception)
        {
            // Polly wants outcomes, not exceptions; RunAsync throws it again.
            return Outcome.FromException<UpstreamAnswer>(exception);
        }
    }

    private static string NameOf(AnswerKind kind) => kind switch
    {
        AnswerKind.Good => "good",
        AnswerKind.Rejected => "rejected",
        AnswerKind.Denied => "denied",
        AnswerKind.Busy => "busy",
        _ => "faulty",
    };

    [LoggerMessage(LogLevel.Warning, "{Deployment} failed with status {Status} ({Kind})")]
    private partial void LogFailed(Deployment deployment, int? status, AnswerKind kind);

    [LoggerMessage(LogLevel.Warning, "{Deployment} did not answer in time")]
    private partial void LogTimedOut(Deployment deployment);
}
