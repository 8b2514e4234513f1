using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="ExpireJobs"/> every few seconds on every node.</summary>
internal sealed partial class JobExpiry(IServiceScopeFactory scopes, JobOptions options, TimeProvider time, ILogger<JobExpiry> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.SweepIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await SweepAsync(stoppingToken);
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
            bool more;
            do
            {
                await using var scope = scopes.CreateAsyncScope();
                var swept = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ExpireJobs(), cancellationToken);
                more = swept is { IsSuccess: true, Value: { More: true, Count: > 0 } };
                if (swept is { IsSuccess: true, Value.Count: > 0 })
                    LogExpired(swept.Value.Count);
            }
            while (more);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away must not end the sweeper; the next tick tries again.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} jobs expired")]
    private partial void LogExpired(int count);

    [LoggerMessage(LogLevel.Warning, "The sweep for expired jobs failed and will be tried again")]
    private partial void LogFailed(Exception exception);
}
