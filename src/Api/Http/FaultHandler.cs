using System.Net.Sockets;
using Npgsql;
using SaasLlm.Domain.Shared;

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
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("SaasLlm.Api.Faults");
            var requestId = context.Response.Headers[RequestId.Header];
            context.Response.Clear();
            context.Response.Headers[RequestId.Header] = requestId;
            if (exception is BadHttpRequestException bad)
            {
                await context.Response.WriteProblemAsync(bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? new Error("body_too_large", "The request body is too large.", ErrorKind.TooLarge)
                    : new Error("malformed_request", "The request cannot be read.", ErrorKind.Malformed));
            }
            else if (IsDatabaseOutage(exception))
            {
                LogOutage(logger, exception);
                await context.Response.WriteProblemAsync(
                    new Error("database_unavailable", "The service cannot reach its database; nothing was changed. Try again shortly.", ErrorKind.Unavailable)
                    {
                        RetryAfter = DatabaseRetryAfter,
                    });
            }
            else
            {
                LogBug(logger, exception);
                await context.Response.WriteProblemAsync(
                    new Error("internal_error", "The service failed on this request. Name the request id when you report it.", ErrorKind.Internal));
            }
        }
    });

    /// <summary>True where the database could not be reached or is going away, so that the same request may work later.</summary>
    public static bool IsDatabaseOutage(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState.StartsWith("57", StringComparison.Ordinal),
        NpgsqlException => true,
        TimeoutException => true,
        { InnerException: { } inner } => IsDatabaseOutage(inner),
        _ => exception is SocketException,
    };

    [LoggerMessage(LogLevel.Error, "The database cannot be reached")]
    private static partial void LogOutage(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Unhandled exception")]
    private static partial void LogBug(ILogger logger, Exception exception);
}
