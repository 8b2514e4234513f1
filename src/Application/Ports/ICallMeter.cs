using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Holds credits for metered calls before they are sent and charges what they cost when they have ended, both by group commit.
/// A call that is held has a row that outlives its process: what nobody settles is settled when the hold expires.
/// </summary>
public interface ICallMeter
{
    /// <summary>
    /// Takes the hold and counts the call against its quota, or refuses and does neither. Committed asynchronously: a hold
    /// that a crash of the database undoes only frees credit.
    /// </summary>
    Task<Result<HeldCall>> HoldAsync(CallHold hold, CancellationToken cancellationToken);

    /// <summary>Takes more for a running call and puts its expiry off; false where the wallet has no more. Nothing is taken then.</summary>
    /// <param name="credits">0: only the expiry is put off.</param>
    Task<bool> ExtendAsync(Guid callId, decimal credits, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    /// <summary>Records the call, charges it and gives back the rest of its hold, in one transaction that has committed on return.</summary>
    /// <exception cref="SettlementUnavailableException">The database did not take it in time; it stays queued and is written later.</exception>
    Task<SettledCall> SettleAsync(MeteredCall call, CancellationToken cancellationToken);
}

/// <summary>A call that is about to be sent.</summary>
public sealed record CallHold
{
    public required Guid CallId { get; init; }

    /// <summary>The wallet that pays; null where the caller's own provider key serves and nothing can be charged.</summary>
    public required Guid? AccountId { get; init; }

    /// <summary>True: the wallet is an organization's pool, and says so when it cannot pay.</summary>
    public required bool IsPool { get; init; }

    /// <summary>What is to be held, in credits.</summary>
    public required decimal Credits { get; init; }

    /// <summary>Less than <see cref="Credits"/> will do, but not less than this: what a call costs that is cut as short as can be.</summary>
    public required decimal LeastCredits { get; init; }

    /// <summary>Null: the call counts against none.</summary>
    public QuotaTerms? Quota { get; init; }

    public required string OrganizationId { get; init; }

    public string? TeamId { get; init; }

    public string? UserId { get; init; }

    /// <summary><c>chat</c>, <c>embeddings</c> or <c>images</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The first model that will be tried.</summary>
    public required string Model { get; init; }

    public required bool Streamed { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>What it will probably cost the operator, in USD.</summary>
    public required decimal EstimatedCostUsd { get; init; }

    public string? RequestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is given up if nobody has settled it by then.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>The counts that a tier allows an organization.</summary>
/// <param name="Tier">At least one of its counts is limited.</param>
/// <param name="TierSince">From which day a trial counts.</param>
public sealed record QuotaTerms(string OrganizationId, TierTerms Tier, DateOnly TierSince);

/// <param name="Credits">What is held: as much as was asked for, or what the wallet had.</param>
/// <param name="Available">What the wallet can still spend, in credits.</param>
/// <param name="Quota">What is left of the longest count; its limit is 0 where there is none.</param>
public readonly record struct HeldCall(decimal Credits, decimal Available, Domain.Limits.RateLeft Quota);

/// <summary>A metered call that has ended.</summary>
public sealed record MeteredCall
{
    /// <summary>Its record; without a job.</summary>
    public required CallRecord Record { get; init; }

    public required string OrganizationId { get; init; }

    public string? UserId { get; init; }

    /// <summary>Null where nothing can be charged.</summary>
    public required Guid? AccountId { get; init; }

    public required string Operation { get; init; }

    /// <summary>What its charge was computed with; null where nobody knows what was used.</summary>
    public required MeteringRate? Rate { get; init; }

    /// <summary>What is charged, in credits; 0 or more.</summary>
    public required decimal Credits { get; init; }

    /// <summary>The caller's own provider key that served; null: the platform's.</summary>
    public Guid? ByokKeyId { get; init; }
}

/// <param name="WrittenOff">The part of the charge that no credit was there for, in credits.</param>
/// <param name="Available">What the wallet can still spend, in credits; null where none was charged.</param>
public readonly record struct SettledCall(decimal WrittenOff, decimal? Available);
