namespace SaasLlm.Application.Ports;

/// <summary>Sums of what was used, kept from what is queued.</summary>
public interface IUsageRollup
{
    /// <summary>Adds what is queued to the rollups, exactly once, and gives how many rows that were; 0 where another node is at it.</summary>
    Task<long> FoldAsync(CancellationToken cancellationToken);
}
