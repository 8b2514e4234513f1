using SaasLlm.Domain.Budgets;

namespace SaasLlm.Application.Ports;

/// <summary>The hard budgets as the hot path sees them: one snapshot, replaced whole when a budget changes or is used up.</summary>
public interface IHardBudgets
{
    ValueTask<HardBudgets> GetAsync(CancellationToken cancellationToken);
}
