using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a team by one of its virtual keys.</summary>
internal sealed class VirtualKeyHandler(ITeamDirectory teams) : ICredentialHandler
{
    public async ValueTask<CallerIdentity?> IdentifyAsync(BearerToken token, CancellationToken cancellationToken)
    {
        if (!VirtualKey.LooksLikeOne(token.Value))
            return null;

        var team = await teams.FindByKeyAsync(token.Hash, cancellationToken);
        return team is null ? null : new CallerIdentity(new Caller(team.TeamId, VirtualKey.DisplayOf(token.Value)), team.Refusal);
    }
}
