using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a team by one of its virtual keys.</summary>
internal sealed class VirtualKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ITeamDirectory teams)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "virtual_key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!BearerToken.TryRead(Request, out var token) || !VirtualKey.LooksLikeOne(token))
            return AuthenticateResult.NoResult();

        var team = await teams.FindByKeyAsync(VirtualKey.HashOf(token), Context.RequestAborted);
        if (team is null)
            return AuthenticateResult.NoResult();

        var identity = new CallerIdentity(new Caller(team.TeamId, VirtualKey.DisplayOf(token)), Scheme, team.Refusal);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }
}
