namespace SaasLlm.Application.Ports;

/// <summary>Jobs whose charge is given back.</summary>
public interface IRefundRepository
{
    /// <summary>A team's job, locked until the transaction ends; null where it has none of that id.</summary>
    Task<ChargedJob?> LockAsync(string teamId, Guid jobId, CancellationToken cancellationToken);

    Task MarkAsync(Guid jobId, DateTimeOffset refundedAt, CancellationToken cancellationToken);
}

/// <param name="RefundedAt">Null: it is not refunded.</param>
public sealed record ChargedJob(decimal CreditsCharged, DateTimeOffset? RefundedAt);
