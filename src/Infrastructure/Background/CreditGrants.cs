using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Credits;

namespace SaasLlm.Infrastructure.Background;

/// <summary>
/// Runs <see cref="ResetPools"/> and <see cref="RefillTeams"/> at the start and every minute on every node. A pool's month that began
/// while none ran is granted then, earlier ones are not; refills are granted for every period.
/// </summary>
internal sealed partial class CreditGrants(IServiceScopeFactory scopes, CreditOptions options, TimeProvider time, ILogger<CreditGrants> logger)
    : PeriodicWorker(TimeSpan.FromSeconds(options.GrantIntervalSeconds), time, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await ResetPoolsAsync(cancellationToken))
        {
        }

        while (await RefillTeamsAsync(cancellationToken))
        {
        }
    }

    /// <summary>True where there may be more to do.</summary>
    private async Task<bool> ResetPoolsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var reset = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ResetPools(), cancellationToken)).Value;
        if (reset.Count > 0)
            LogReset(reset.Count);
        if (reset.Refused > 0)
            LogRefused(reset.Refused);
        return reset.Count > 0;
    }

    /// <summary>True where there may be more to do.</summary>
    private async Task<bool> RefillTeamsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var refilled = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RefillTeams(), cancellationToken)).Value;
        if (refilled.Teams > 0)
            LogRefilled(refilled.Teams);
        if (refilled.Refused > 0)
            LogRefused(refilled.Refused);
        return refilled.Teams > 0;
    }

    [LoggerMessage(LogLevel.Information, "{Count} pools were granted their month")]
    private partial void LogReset(int count);

    [LoggerMessage(LogLevel.Information, "{Count} teams were refilled")]
    private partial void LogRefilled(int count);

    [LoggerMessage(LogLevel.Warning, "{Count} wallets cannot hold the credits that they are to be granted")]
    private partial void LogRefused(int count);
}
