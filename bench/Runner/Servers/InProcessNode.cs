using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Bench.Servers;

/// <summary>The service's own writers in this process, without HTTP: what the database's side can do by itself.</summary>
internal sealed class InProcessNode : IAsyncDisposable
{
    private readonly IHost _host;

    private InProcessNode(IHost host) => _host = host;

    public ICallSettlement Settlement => _host.Services.GetRequiredService<ICallSettlement>();

    public IJobLedger Jobs => _host.Services.GetRequiredService<IJobLedger>();

    /// <param name="connectionString">A database that a service has already migrated.</param>
    public static InProcessNode Create(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Production });
        builder.Services.AddSaasLlm(builder.Configuration);
        var host = builder.Build();

        // The host is not started: nothing runs in the background and nothing is listened to.
        host.Services.GetRequiredService<PostgresAddress>().ConnectionString = connectionString;
        return new InProcessNode(host);
    }

    /// <summary>Creates jobs of a team, many in one transaction.</summary>
    public async Task<string[]> CreateJobsAsync(string teamId, int count, CancellationToken cancellationToken)
    {
        var jobs = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 500, CancellationToken = cancellationToken }, async (index, stop) =>
        {
            var opening = Opening(teamId);
            var opened = await Jobs.OpenAsync(opening, stop);
            jobs[index] = opened.IsSuccess ? opening.JobId.ToString() : throw new InvalidOperationException(opened.Error.Message);
        });
        return jobs;
    }

    public static JobOpening Opening(string teamId)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JobOpening
        {
            JobId = Guid.CreateVersion7(now),
            TeamId = teamId,
            JobType = "bench",
            CreatedAt = now,
            ExpiresAt = now.AddDays(1),
        };
    }

    public async ValueTask DisposeAsync()
    {
        // Its container finishes what has queued, asynchronously.
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
    }
}
