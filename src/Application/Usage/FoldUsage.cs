using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>Adds everything that is queued to the rollups. Any number of nodes may run it at once: one of them does it, the others leave it to that one.</summary>
public sealed record FoldUsage : IRequest<Result<UsageFolded>>;

/// <param name="Rows">Queued rows that this run added.</param>
public sealed record UsageFolded(long Rows);

internal sealed class FoldUsageHandler(IUsageRollup rollup) : IRequestHandler<FoldUsage, Result<UsageFolded>>
{
    public async Task<Result<UsageFolded>> Handle(FoldUsage command, CancellationToken cancellationToken) =>
        new UsageFolded(await rollup.FoldAsync(cancellationToken));
}
