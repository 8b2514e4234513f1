using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="ExpireJobs"/> every few seconds on every node.</summary>
internal sealed partial class JobExpiry(IServiceScopeFactory scopes, JobOptions options, TimeProvider time, ILogger<JobExpiry> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.SweepIntervalSeconds), time, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
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

    [LoggerMessage(LogLevel.Information, "{Count} jobs expired")]
    private partial void LogExpired(int count);
}
