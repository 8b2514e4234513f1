using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>
/// Grants teams the periods that have begun since their last refill, a batch at a time. Any number of nodes may do it at once: what is due is locked,
/// and a period's row, written with its grant, keeps everybody else away. Teams that are stopped get nothing for the periods
/// that begin meanwhile.
/// </summary>
public sealed record RefillTeams : IRequest<Result<TeamsRefilled>>, ITransactional;

/// <param name="Teams">Teams that were looked at.</param>
/// <param name="Refused">Of them, those whose wallet cannot hold more.</param>
public sealed record TeamsRefilled(int Teams, int Refused);

internal sealed class RefillTeamsHandler(IAutoRefillRepository refills, TimeProvider time) : IRequestHandler<RefillTeams, Result<TeamsRefilled>>
{
    private const int BatchSize = 200;

    public async Task<Result<TeamsRefilled>> Handle(RefillTeams command, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var due = await refills.LockDueAsync(today, BatchSize, cancellationToken);
        var refused = due.Count(refill => !refill.Grant(today));
        await refills.SaveAsync(due, cancellationToken);
        return new TeamsRefilled(due.Count, refused);
    }
}
