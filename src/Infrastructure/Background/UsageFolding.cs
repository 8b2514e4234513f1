using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Usage;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="FoldUsage"/> every few seconds on every node.</summary>
internal sealed partial class UsageFolding(IServiceScopeFactory scopes, UsageOptions options, TimeProvider time, ILogger<UsageFolding> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.FoldIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await FoldAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task FoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new FoldUsage(), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the worker; the next tick tries again.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Adding to the usage rollups failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
