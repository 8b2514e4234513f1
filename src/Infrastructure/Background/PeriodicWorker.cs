using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Does its work at the start and then every so often, until the service stops. Work that fails is tried again with the next tick.</summary>
internal abstract partial class PeriodicWorker(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
                await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    protected abstract Task RunAsync(CancellationToken cancellationToken);

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A database that is away must not end the worker.
            LogFailed(exception, GetType().Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Worker} failed and will be tried again")]
    private partial void LogFailed(Exception exception, string worker);
}
