using MediatR;
using SaasLlm.Application.Events;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Ends a key at once.</summary>
public sealed record RevokeTeamKey(string TeamId, Guid KeyId) : IRequest<Result<RevokedTeamKey>>, ITransactional;

public sealed record RevokedTeamKey(Guid KeyId, bool Revoked = true);

internal sealed class RevokeTeamKeyHandler(ITeamRepository teams, IChangeFeed changes, IEventOutbox outbox, TimeProvider time)
    : IRequestHandler<RevokeTeamKey, Result<RevokedTeamKey>>
{
    public async Task<Result<RevokedTeamKey>> Handle(RevokeTeamKey command, CancellationToken cancellationToken)
    {
        if (await teams.LockAsync(command.TeamId, cancellationToken) is not { } team)
            return TeamsErrors.KeyNotFound();
        if (await teams.EndKeyAsync(command.TeamId, command.KeyId, time.GetUtcNow(), cancellationToken) is not { } hash)
            return TeamsErrors.KeyNotFound();

        await changes.AnnounceAsync(ChangedThing.Key, hash, cancellationToken);
        await outbox.AppendAsync(TeamEvents.KeyRevoked(team, command.KeyId), cancellationToken);
        return new RevokedTeamKey(command.KeyId);
    }
}
