using System.Security.Claims;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>The one identity type, whatever credential was shown.</summary>
/// <remarks>A <see cref="ClaimsIdentity"/>, because a principal wraps any other kind of identity and then no longer gives it back.</remarks>
/// <param name="caller">Who calls.</param>
/// <param name="scheme">The kind of credential.</param>
/// <param name="refusal">Set where the credential is known but may not be used now (a suspended team).</param>
internal sealed class CallerIdentity(Caller caller, string scheme, Error? refusal = null) : ClaimsIdentity(scheme)
{
    public Caller Caller { get; } = caller;

    public Error? Refusal { get; } = refusal;

    public override string Name => Caller.Name;
}
