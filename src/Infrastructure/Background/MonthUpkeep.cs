using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Usage;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="KeepMonths"/> at the start and every few minutes on every node.</summary>
internal sealed partial class MonthUpkeep(IServiceScopeFactory scopes, UsageOptions options, TimeProvider time, ILogger<MonthUpkeep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.UpkeepIntervalSeconds), time);
        try
        {
            do
                await KeepAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var kept = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new KeepMonths(), cancellationToken)).Value;
            if (kept.Created > 0)
                LogCreated(kept.Created);
            if (kept.Dropped > 0)
                LogDropped(kept.Dropped);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away, or a long query that holds a table, must not end the worker; the next tick tries again.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "Partitions for {Count} months were made")]
    private partial void LogCreated(int count);

    [LoggerMessage(LogLevel.Information, "{Count} months of jobs and calls were past the retention and dropped")]
    private partial void LogDropped(int count);

    [LoggerMessage(LogLevel.Warning, "The upkeep of months failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
