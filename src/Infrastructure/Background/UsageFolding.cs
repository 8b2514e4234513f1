using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Usage;

namespace SaasLlm.Infrastructure.Background;

/// <summary>Runs <see cref="FoldUsage"/> every few seconds on every node.</summary>
internal sealed class UsageFolding(IServiceScopeFactory scopes, UsageOptions options, TimeProvider time, ILogger<UsageFolding> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.FoldIntervalSeconds), time, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new FoldUsage(), cancellationToken);
    }
}
