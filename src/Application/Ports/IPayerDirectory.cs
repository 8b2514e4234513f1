using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Ports;

/// <summary>Which wallet pays for a metered call, and on what terms; cached on each node and dropped when it changes.</summary>
public interface IPayerDirectory
{
    /// <summary>The allocation of this organization's user where there is one, else the organization's pool; null where there is no such organization.</summary>
    /// <param name="userId">A user's id or a service's name; null: the pool is asked for.</param>
    ValueTask<Payer?> FindAsync(string organizationId, string? userId, CancellationToken cancellationToken);

    /// <summary>The team's own wallet; null where there is no such team, or it is deleted.</summary>
    ValueTask<Payer?> FindTeamAsync(string teamId, CancellationToken cancellationToken);
}

/// <summary>A wallet that pays for metered calls, with what its organization has subscribed to.</summary>
public sealed record Payer
{
    public required Guid AccountId { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>False: nothing may be called at its cost.</summary>
    public required bool OrganizationActive { get; init; }

    /// <summary>True: all users of the organization who have no allocation pay from it.</summary>
    public required bool IsPool { get; init; }

    public required HoldPolicy HoldPolicy { get; init; }

    /// <summary>Null where the organization has no tier, or one that does not exist.</summary>
    public TierTerms? Tier { get; init; }

    /// <summary>The organization's first day in its tier, UTC: a trial counts from here.</summary>
    public required DateOnly TierSince { get; init; }

    /// <summary>The limits that all callers of the organization share; null: none.</summary>
    public RateScope? OrganizationLimits { get; init; }
}
