using SaasLlm.Application.Audit;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Reads the audit log. Nothing writes it but the database's triggers.</summary>
public interface IAuditRepository
{
    /// <summary>Newest first; a page's key is the id of its last entry.</summary>
    Task<Page<AuditEntry>> ListAsync(AuditFilter filter, PageStart page, CancellationToken cancellationToken);
}
