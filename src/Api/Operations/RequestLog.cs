using SaasLlm.Api.Auth;

namespace SaasLlm.Api.Operations;

/// <summary>One line for each request: good ones at Debug, refused ones at Information, faults at Warning; and the same for metrics and traces. It names the route's template, never the path or the query, which may carry a caller's data.</summary>
internal sealed partial class RequestLog(RequestDelegate next, RequestMetrics metrics, ILogger<RequestLog> logger, TimeProvider time)
{
    /// <summary>What proxies write for a caller who left before the answer.</summary>
    private const int CallerLeft = 499;

    // The host's own scope was opened before this request had its id.
    private static readonly Func<ILogger, string, IDisposable?> BeginScope = LoggerMessage.DefineScope<string>("request {RequestId}");

    public async Task InvokeAsync(HttpContext context)
    {
        using var scope = BeginScope(logger, context.TraceIdentifier);
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? CallerLeft : context.Response.StatusCode;
            var elapsed = time.GetElapsedTime(started);
            var level = LevelOf(context.Request.Path, status);
            if (logger.IsEnabled(level))
                Log(level, context, status, elapsed);
            metrics.Ended(context, status, elapsed);
            RequestActivity.Ended(context, status);
        }
    }

    /// <summary>
    /// What went well is in the database, calls and ledger alike, and a line for each would cost more than the rest of the way
    /// through here. Probes come every few seconds and say nothing new.
    /// </summary>
    private static LogLevel LevelOf(PathString path, int status) => status switch
    {
        >= StatusCodes.Status500InternalServerError => LogLevel.Warning,
        >= StatusCodes.Status400BadRequest => LogLevel.Information,
        _ => path.StartsWithSegments(HealthEndpoints.Path, StringComparison.Ordinal) || path == MetricsEndpoints.Path ? LogLevel.Trace : LogLevel.Debug,
    };

    private void Log(LogLevel level, HttpContext context, int status, TimeSpan elapsed) => LogRequest(
        level,
        context.Request.Method,
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)",
        status,
        Math.Round(elapsed.TotalMilliseconds, 2),
        context.TraceIdentifier,
        context.KnownCaller()?.Name ?? "anonymous");

    [LoggerMessage(Message = "{Method} {Route} {Status} in {ElapsedMs} ms, request {RequestId}, caller {Caller}")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double elapsedMs, string requestId, string caller);
}
