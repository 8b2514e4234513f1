using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Logging;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pipeline;

/// <summary>One line for each use case: its name, how it ended, how long it took. Never its contents.</summary>
internal sealed partial class LoggingBehavior<TRequest, TResponse>(ILogger<LoggingBehavior<TRequest, TResponse>> logger, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var started = time.GetTimestamp();
        using var activity = Telemetry.Source.StartActivity(typeof(TRequest).Name);
        var response = await next();
        var elapsedMs = time.GetElapsedTime(started).TotalMilliseconds;
        if (response.Error is { } error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Code);
            LogRefused(typeof(TRequest).Name, error.Code, elapsedMs);
        }
        else
        {
            LogDone(typeof(TRequest).Name, elapsedMs);
        }

        return response;
    }

    [LoggerMessage(LogLevel.Debug, "{UseCase} done in {ElapsedMs} ms")]
    private partial void LogDone(string useCase, double elapsedMs);

    [LoggerMessage(LogLevel.Information, "{UseCase} refused with {Code} in {ElapsedMs} ms")]
    private partial void LogRefused(string useCase, string code, double elapsedMs);
}
