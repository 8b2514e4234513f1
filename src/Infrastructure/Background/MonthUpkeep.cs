using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Usage;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="KeepMonths"/> at the start and every few minutes on every node.</summary>
internal sealed partial class MonthUpkeep(IServiceScopeFactory scopes, UsageOptions options, TimeProvider time, ILogger<MonthUpkeep> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.UpkeepIntervalSeconds), time, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new KeepMonths(), cancellationToken)).Value;
        if (kept.Created > 0)
            LogCreated(kept.Created);
        if (kept.Dropped > 0)
            LogDropped(kept.Dropped);
    }

    [LoggerMessage(LogLevel.Information, "Partitions for {Count} months were made")]
    private partial void LogCreated(int count);

    [LoggerMessage(LogLevel.Information, "{Count} months of jobs and calls were past the retention and dropped")]
    private partial void LogDropped(int count);
}
