namespace SaasLlm.Application.Ports;

/// <summary>The months in which jobs and calls lie, each a partition that can be dropped as a whole.</summary>
public interface IMonthPartitions
{
    /// <summary>Makes the partitions of a month; false where they are there.</summary>
    /// <param name="month">Its first day.</param>
    Task<bool> CreateAsync(DateOnly month, CancellationToken cancellationToken);

    /// <summary>Drops the months before one, oldest first, up to the first that still has an open job or something queued; gives how many.</summary>
    /// <param name="month">The first day of the earliest month that is kept.</param>
    Task<int> DropBeforeAsync(DateOnly month, CancellationToken cancellationToken);
}
