using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Begins a sign-in through the identity provider.</summary>
/// <param name="ReturnUrl">A path of this service to go to afterwards; null: the dashboard.</param>
/// <param name="RedirectUri">Where the provider sends the browser back to.</param>
public sealed record BeginOidcSignIn(string? ReturnUrl, Uri RedirectUri) : IRequest<Result<BegunOidcSignIn>>;

/// <param name="AuthorizationUrl">The provider's page.</param>
/// <param name="Flow">For the cookie.</param>
public sealed record BegunOidcSignIn(Uri AuthorizationUrl, OidcFlow Flow);

internal sealed class BeginOidcSignInValidator : AbstractValidator<BeginOidcSignIn>
{
    public BeginOidcSignInValidator() =>
        RuleFor(command => command.ReturnUrl).Must(url => url is null || OidcFlow.IsLocal(url)).WithMessage("must be a path of this service.");
}

internal sealed class BeginOidcSignInHandler(IIdentityProvider provider) : IRequestHandler<BeginOidcSignIn, Result<BegunOidcSignIn>>
{
    public async Task<Result<BegunOidcSignIn>> Handle(BeginOidcSignIn command, CancellationToken cancellationToken)
    {
        if (!provider.CanSignIn)
            return IdentitiesErrors.ProviderNotConfigured();

        var flow = OidcFlow.Begin(command.ReturnUrl);
        var page = await provider.BeginSignInAsync(flow.Secrets, command.RedirectUri, cancellationToken);
        return page.IsSuccess ? new BegunOidcSignIn(page.Value, flow) : page.Error;
    }
}
