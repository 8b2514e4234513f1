using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>Makes the partitions of the coming months and drops those that are past the retention. Any number of nodes may run it at once.</summary>
public sealed record KeepMonths : IRequest<Result<MonthsKept>>;

/// <param name="Created">Months for which this run made partitions.</param>
/// <param name="Dropped">Partitions past the retention that this run dropped.</param>
public sealed record MonthsKept(int Created, int Dropped);

internal sealed class KeepMonthsHandler(IMonthPartitions partitions, UsageOptions options, TimeProvider time) : IRequestHandler<KeepMonths, Result<MonthsKept>>
{
    /// <summary>Few, because every write of a job opens all of them; a default partition takes what comes where none was made.</summary>
    private const int MonthsAhead = 1;

    public async Task<Result<MonthsKept>> Handle(KeepMonths command, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var month = new DateOnly(now.Year, now.Month, 1);
        var created = 0;
        for (var ahead = 0; ahead <= MonthsAhead; ahead++)
        {
            if (await partitions.CreateAsync(month.AddMonths(ahead), cancellationToken))
                created++;
        }

        var dropped = options.RetentionMonths > 0 ? await partitions.DropBeforeAsync(month.AddMonths(-options.RetentionMonths), cancellationToken) : 0;
        return new MonthsKept(created, dropped);
    }
}
