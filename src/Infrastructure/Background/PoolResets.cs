using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Credits;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="ResetPools"/> at the start and every minute on every node: a month that began while none ran is granted then, earlier ones are not.</summary>
internal sealed partial class PoolResets(IServiceScopeFactory scopes, CreditOptions options, TimeProvider time, ILogger<PoolResets> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.PoolResetIntervalSeconds), time);
        try
        {
            do
                await SweepAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            PoolsReset reset;
            do
            {
                await using var scope = scopes.CreateAsyncScope();
                reset = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ResetPools(), cancellationToken)).Value;
                if (reset.Count > 0)
                    LogReset(reset.Count);
                if (reset.Refused > 0)
                    LogRefused(reset.Refused);
            }
            while (reset.Count > 0);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the worker; the next tick tries again.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} pools were granted their month")]
    private partial void LogReset(int count);

    [LoggerMessage(LogLevel.Warning, "{Count} pools cannot hold the month's credits that they are to be granted")]
    private partial void LogRefused(int count);

    [LoggerMessage(LogLevel.Warning, "The monthly reset of pools failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
