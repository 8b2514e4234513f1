using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>How people can sign in here; anybody may know.</summary>
public sealed record GetSignInMethods : IRequest<Result<SignInMethods>>;

/// <param name="Oidc">Through the identity provider, at <c>/api/auth/oidc/login</c>.</param>
public sealed record SignInMethods(bool Oidc);

internal sealed class GetSignInMethodsHandler(IIdentityProvider provider) : IRequestHandler<GetSignInMethods, Result<SignInMethods>>
{
    public Task<Result<SignInMethods>> Handle(GetSignInMethods query, CancellationToken cancellationToken) =>
        Task.FromResult(Result<SignInMethods>.Success(new SignInMethods(provider.CanSignIn)));
}
