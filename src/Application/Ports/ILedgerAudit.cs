using SaasLlm.Application.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>The books, compared with themselves.</summary>
public interface ILedgerAudit
{
    /// <summary>Compares the books with themselves, every check on the same snapshot.</summary>
    Task<IReadOnlyList<LedgerCheck>> RunAsync(CancellationToken cancellationToken);
}
