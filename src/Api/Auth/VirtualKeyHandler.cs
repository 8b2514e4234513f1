using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a team by one of its virtual keys.</summary>
internal sealed class VirtualKeyHandler(ITeamDirectory teams) : ICredentialHandler
{
    public async ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken)
    {
        if (token is null || !VirtualKey.LooksLikeOne(token.Value))
            return null;

        return await teams.FindByKeyAsync(token.Hash, cancellationToken) is { } key
            ? new CallerIdentity(Caller.Team(key.Team.TeamId, VirtualKey.DisplayOf(token.Value), key.Limits), key.Team.Refusal)
            : null;
    }
}
