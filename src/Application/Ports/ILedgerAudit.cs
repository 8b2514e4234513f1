using SaasLlm.Application.Credits;

namespace SaasLlm.Application.Ports;

/// <summary>Checks the books against the rows that they are made of.</summary>
public interface ILedgerAudit
{
    /// <summary>Compares the books with themselves, every check on the same snapshot.</summary>
    Task<IReadOnlyList<LedgerCheck>> RunAsync(CancellationToken cancellationToken);
}
