using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Recomputes every invariant of the ledger from its rows, in one snapshot of the database.</summary>
public sealed record VerifyLedger : IRequest<Result<LedgerReport>>;

/// <param name="Clean">True where nothing is violated.</param>
/// <param name="Checks">One for each invariant.</param>
public sealed record LedgerReport(bool Clean, IReadOnlyList<LedgerCheck> Checks);

/// <summary>One invariant.</summary>
/// <param name="Invariant">What must hold.</param>
/// <param name="Compared">Rows that were compared.</param>
/// <param name="Violations">Rows that break it.</param>
/// <param name="Examples">At most five of them.</param>
public sealed record LedgerCheck(string Invariant, long Compared, long Violations, IReadOnlyList<string> Examples);

internal sealed class VerifyLedgerHandler(ILedgerAudit audit) : IRequestHandler<VerifyLedger, Result<LedgerReport>>
{
    public async Task<Result<LedgerReport>> Handle(VerifyLedger query, CancellationToken cancellationToken)
    {
        var checks = await audit.RunAsync(cancellationToken);
        return new LedgerReport(checks.All(check => check.Violations == 0), checks);
    }
}
