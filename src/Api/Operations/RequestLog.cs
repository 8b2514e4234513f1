using SaasLlm.Api.Auth;

namespace SaasLlm.Api.Operations;

/// <summary>One line for each request. It names the route's template, never the path or the query, which may carry a caller's data.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger, TimeProvider time)
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
            // Probes come every few seconds and say nothing new.
            var level = context.Request.Path.StartsWithSegments(HealthEndpoints.Path, StringComparison.Ordinal) ? LogLevel.Debug : LogLevel.Information;
            if (logger.IsEnabled(level))
                Log(level, context, time.GetElapsedTime(started));
        }
    }

    private void Log(LogLevel level, HttpContext context, TimeSpan elapsed)
    {
        var left = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;
        LogRequest(
            level,
            context.Request.Method,
            (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)",
            left ? CallerLeft : context.Response.StatusCode,
            Math.Round(elapsed.TotalMilliseconds, 2),
            context.TraceIdentifier,
            (context.User.Identity as CallerIdentity)?.Name ?? "anonymous");
    }

    [LoggerMessage(Message = "{Method} {Route} {Status} in {ElapsedMs} ms, request {RequestId}, caller {Caller}")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double elapsedMs, string requestId, string caller);
}
