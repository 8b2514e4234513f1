using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>Finds the wallet of a caller of the LLM API.</summary>
internal static class CallerWallet
{
    public static async ValueTask<Result<Payer>> FindAsync(this IPayerDirectory payers, Caller caller, CancellationToken cancellationToken)
    {
        var payer = caller switch
        {
            { TeamId: { } teamId } => await payers.FindTeamAsync(teamId, cancellationToken),
            { OrganizationId: { } organizationId } => await payers.FindAsync(organizationId, caller.UserId, cancellationToken),
            _ => null,
        };
        return payer is not null ? payer : caller.IsOperator ? MeteringErrors.NoPayer() : MeteringErrors.OrganizationGone();
    }
}
