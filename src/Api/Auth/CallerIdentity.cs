using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Who makes this request, whatever credential was shown.</summary>
/// <param name="Caller">Who calls.</param>
/// <param name="Refusal">Set where the credential is known but may not be used now (a suspended team).</param>
internal sealed record CallerIdentity(Caller Caller, Error? Refusal = null);
