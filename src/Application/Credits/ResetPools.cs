using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Grants the current month to subscribed organizations that have not had it, a batch at a time; see <see cref="MonthlyGrant"/>.</summary>
public sealed record ResetPools : IRequest<Result<PoolsReset>>, ITransactional;

/// <param name="Count">Pools that were reset.</param>
/// <param name="Refused">Pools that cannot hold what they were to be granted.</param>
public sealed record PoolsReset(int Count, int Refused);

internal sealed class ResetPoolsHandler(MonthlyGrant monthlyGrant) : IRequestHandler<ResetPools, Result<PoolsReset>>
{
    public async Task<Result<PoolsReset>> Handle(ResetPools command, CancellationToken cancellationToken) =>
        await monthlyGrant.RunAsync(new DuePools(), cancellationToken);
}
