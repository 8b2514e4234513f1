using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Who makes this request, whatever credential was shown.</summary>
/// <param name="Caller">Who calls; null where the credential is of a kind that is known and stands for nobody.</param>
/// <param name="Refusal">Set where the credential may not be used, or not now (a suspended team).</param>
/// <param name="SignedIn">A person signed in, here or at the identity provider; false: a key was shown.</param>
internal sealed record CallerIdentity(Caller? Caller, Error? Refusal = null, bool SignedIn = false)
{
    /// <summary>The credential stands for nobody, and no other kind need be asked.</summary>
    public static CallerIdentity Nobody(Error refusal) => new(null, refusal);
}
