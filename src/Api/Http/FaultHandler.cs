using SaasLlm.Api.Operations;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Api.Http;

/// <summary>Exceptions are bugs (500) and outages (503); this one handler answers them without a word of internals.</summary>
internal static partial class FaultHandler
{
    private static readonly TimeSpan DatabaseRetryAfter = TimeSpan.FromSeconds(2);

    public static void UseFaultHandler(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        try
        {
            await next(context);
            // The generated binder throws for some values that it cannot read, and for others it only sets the status.
            if (context.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false, ContentType: null })
                throw new BadHttpRequestException("A value in the query or the headers cannot be read.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            Log(context, exception);
            var requestId = context.Response.Headers[RequestId.Header];
            context.Response.Clear();
            context.Response.Headers[RequestId.Header] = requestId;
            context.Response.SetSecurityHeaders();
            await context.Response.WriteErrorAsync(Explain(exception));
        }
    });

    /// <summary>What the caller is told of an exception.</summary>
    public static Error Explain(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new Error("body_too_large", "The request body is too large.", ErrorKind.TooLarge),
        BadHttpRequestException =>
            new Error("malformed_request", "The request cannot be read: check its query and headers.", ErrorKind.Malformed),
        SettlementUnavailableException =>
            new Error("settlement_unavailable", "The call was made but could not be put on record in time; its record will follow.", ErrorKind.Unavailable)
            {
                RetryAfter = DatabaseRetryAfter,
            },
        _ when DatabaseOutage.Is(exception) =>
            new Error("database_unavailable", "The service cannot reach its database; nothing was changed. Try again shortly.", ErrorKind.Unavailable)
            {
                RetryAfter = DatabaseRetryAfter,
            },
        _ => new Error("internal_error", "The service failed on this request. Name the request id when you report it.", ErrorKind.Internal),
    };

    public static void Log(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException)
            return;

        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("SaasLlm.Api.Faults");
        if (exception is SettlementUnavailableException || DatabaseOutage.Is(exception))
            LogOutage(logger, exception);
        else
            LogBug(logger, exception);
    }

    [LoggerMessage(LogLevel.Error, "The database cannot be reached")]
    private static partial void LogOutage(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Unhandled exception")]
    private static partial void LogBug(ILogger logger, Exception exception);
}
