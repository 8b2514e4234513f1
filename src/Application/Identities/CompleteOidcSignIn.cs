using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Ends a sign-in through the identity provider, with what it sent the browser back with.</summary>
/// <param name="Cookie">As <see cref="BeginOidcSignIn"/> gave it to this browser.</param>
/// <param name="RedirectUri">The same as at its beginning.</param>
public sealed record CompleteOidcSignIn(string? Code, string? State, string? Cookie, Uri RedirectUri) : IRequest<Result<CompletedOidcSignIn>>;

public sealed record CompletedOidcSignIn(SignedIn SignedIn, string ReturnUrl);

internal sealed class CompleteOidcSignInHandler(
    IIdentityProvider provider, IIdentityDirectory directory, ISessionRepository sessions, SignInOptions options, IMediator mediator, TimeProvider time)
    : IRequestHandler<CompleteOidcSignIn, Result<CompletedOidcSignIn>>
{
    public async Task<Result<CompletedOidcSignIn>> Handle(CompleteOidcSignIn command, CancellationToken cancellationToken)
    {
        if (!provider.CanSignIn)
            return IdentitiesErrors.ProviderNotConfigured();
        if (OidcFlow.Resume(command.Cookie) is not { } flow || command.State is not { } state || !flow.Began(state) || command.Code is not { Length: > 0 } code)
            return IdentitiesErrors.ProviderSignInRefused();

        var confirmed = await provider.CompleteSignInAsync(code, flow.Secrets, command.RedirectUri, cancellationToken);
        if (!confirmed.IsSuccess)
            return confirmed.Error;

        var identity = confirmed.Value;
        var adopted = await mediator.Send(new AdoptLogin(identity), cancellationToken);
        if (!adopted.IsSuccess)
            return adopted.Error;
        if (await directory.FindUserAsync(adopted.Value.UserId, cancellationToken) is not { } user)
            return IdentitiesErrors.ProviderSignInRefused();

        var organizationId = identity.Organizations.FirstOrDefault(id => user.In(id) is not null);
        var token = SessionToken.Create();
        var expiresAt = time.GetUtcNow().AddMinutes(options.SessionMinutes);
        await sessions.StartAsync(new NewSession(SessionToken.HashOf(token), user.UserId, organizationId, identity.IsOperator, expiresAt), cancellationToken);
        return new CompletedOidcSignIn(new SignedIn(user.UserId, token, expiresAt), flow.ReturnUrl);
    }
}
