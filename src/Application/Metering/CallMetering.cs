using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Metering;

/// <summary>
/// Everything that is settled before a call without a job is sent upstream, and what it is charged when it has ended:
/// payer → route → limits → quota and hold → upstream → charge.
/// </summary>
public sealed class CallMetering(
    IPayerDirectory payers, ITeamDirectory teams, ICatalog catalog, IByokDirectory byok, IHardBudgets budgets, IRateLimiter limiter, ICallMeter meter,
    MeteringOptions options, TimeProvider time)
{
    internal async ValueTask<Result<HeldForCall>> AdmitAsync(Caller caller, CallShape shape, CancellationToken cancellationToken)
    {
        var found = await payers.FindAsync(caller, cancellationToken);
        if (!found.IsSuccess)
            return found.Error;

        var payer = found.Value;
        if (!payer.OrganizationActive)
            return TeamsErrors.OrganizationNotActive();

        var team = caller.TeamId is { } teamId ? await teams.FindAsync(teamId, cancellationToken) : null;
        var keys = await byok.FindAsync(payer.OrganizationId, caller.UserId, cancellationToken);
        var estimate = new TokenUsage(
            TokenEstimate.FromBytes(shape.PromptBytes), Math.Min(shape.MaxTokens ?? options.HoldOutputTokens, options.HoldOutputTokens));
        var routed = MeteredRoute.Resolve(new RouteGrants(payer.Tier, team, keys), await catalog.GetAsync(cancellationToken), shape, estimate);
        if (!routed.IsSuccess)
            return routed.Error;

        // What the caller's own key serves costs the operator nothing.
        if ((await budgets.GetAsync(cancellationToken)).Refusal(payer.OrganizationId, caller.TeamId, time.GetUtcNow()) is { } overBudget
            && !routed.Value.IsServedOnlyBy(keys))
            return overBudget;

        var scopes = caller.Kind == CallerKind.Service ? default : new RateScopes(payer.OrganizationLimits, team?.Limits, caller.Limits);
        var lease = await limiter.AcquireAsync(scopes, estimate.TotalTokens, cancellationToken);
        if (!lease.IsSuccess)
            return lease.Error;

        return await HoldAsync(caller, payer, shape, routed.Value, keys, estimate, lease.Value, cancellationToken);
    }

    /// <summary>Takes more for a stream that has outgrown its hold; false where the wallet has no more.</summary>
    internal Task<bool> ExtendAsync(HeldForCall call, decimal credits) =>
        meter.ExtendAsync(call.CallId, call.AccountId is null ? 0 : credits, time.GetUtcNow().AddSeconds(options.HoldLifetimeSeconds), CancellationToken.None);

    /// <summary>Puts the call on record and charges it; on return it has committed.</summary>
    internal async Task<ChargedCall> SettleAsync(HeldForCall call, GatewayOutcome outcome, CallEnd end)
    {
        // The provider of a caller's own key bills the caller: it costs and earns nothing here, so it has no price either.
        var model = outcome.ByokKeyId is null ? outcome.Model : outcome.Model is null ? null : outcome.Model with { Prices = null };
        var exactUsd = model?.Prices?.ExactCostUsd(end.Usage) ?? 0;
        var billedUsd = outcome.Cached ? 0 : Money.RoundUsd(exactUsd);
        var hedgeUsd = outcome.GivenUp?.Prices?.CostUsd(new TokenUsage(call.Estimate.PromptTokens, 0));
        var clientUsd = outcome.ClientPricePercent == 100 ? exactUsd : exactUsd * outcome.ClientPricePercent / 100;

        // Who got nothing pays nothing, also where the provider bills the operator for it.
        var pays = outcome.Error is null && call.AccountId is not null;
        var credits = pays ? call.Rate.Credits(clientUsd) : 0;
        call.Lease.TrueUp(outcome.Cached ? 0 : end.Usage.TotalTokens);
        var settled = await meter.SettleAsync(
            new MeteredCall
            {
                Record = new CallRecord
                {
                    CallId = call.CallId,
                    JobId = null,
                    TeamId = call.Caller.TeamId,
                    ModelGroup = call.Route.Name ?? model?.Alias,
                    Model = model,
                    Succeeded = end.Error is null,
                    ErrorCode = end.Error?.Code,
                    Error = end.Error?.Message,
                    Streamed = end.Streamed,
                    Usage = end.Usage,
                    UsageSource = outcome.Cached ? UsageSource.Cached : end.Source,
                    CostUsd = billedUsd + (hedgeUsd ?? 0),
                    HedgeCostUsd = hedgeUsd,
                    ClientCostUsd = Money.RoundUsd(clientUsd),
                    LatencyMs = (int)Math.Min(int.MaxValue, time.GetElapsedTime(call.StartedTimestamp).TotalMilliseconds),
                    Attempts = outcome.Attempts,
                    FinishReason = end.FinishReason,
                    RequestId = call.Shape.RequestId,
                    CreatedAt = call.StartedAt,
                },
                OrganizationId = call.Payer.OrganizationId,
                UserId = call.Caller.UserId,
                AccountId = call.AccountId,
                Operation = call.Shape.Operation,
                Rate = call.Rate,
                Credits = credits,
                ByokKeyId = outcome.ByokKeyId,
            },
            CancellationToken.None);
        return new ChargedCall(end.Usage, credits, settled.Available);
    }

    private async ValueTask<Result<HeldForCall>> HoldAsync(
        Caller caller, Payer payer, CallShape shape, MeteredRoute route, ByokKeys keys, TokenUsage estimate, IRateLease lease, CancellationToken cancellationToken)
    {
        var rate = new MeteringRate(shape.Intent.Power ?? PowerLevel.Balanced, payer.Tier?.MarkupPercent ?? 0);
        var ownKeyOnly = route.IsServedOnlyBy(keys);
        var now = time.GetUtcNow();
        var (credits, least, dearest) = ownKeyOnly ? default : Amounts(payer, route, shape, estimate, rate);
        var call = new HeldForCall
        {
            CallId = Guid.CreateVersion7(now),
            Caller = caller,
            Payer = payer,
            AccountId = ownKeyOnly ? null : payer.AccountId,
            Shape = shape,
            Route = route,
            Keys = keys,
            Rate = rate,
            Estimate = estimate,
            Lease = lease,
            StartedAt = now,
            StartedTimestamp = time.GetTimestamp(),
        };
        try
        {
            var held = await meter.HoldAsync(
                new CallHold
                {
                    CallId = call.CallId,
                    AccountId = call.AccountId,
                    IsPool = payer.IsPool,
                    Credits = credits,
                    LeastCredits = least,
                    Quota = ownKeyOnly || caller.Kind == CallerKind.Service || payer.Tier is not { } tier || IsUnlimited(tier)
                        ? null
                        : new QuotaTerms(payer.OrganizationId, tier, payer.TierSince),
                    OrganizationId = payer.OrganizationId,
                    TeamId = caller.TeamId,
                    UserId = caller.UserId,
                    Operation = shape.Operation,
                    Model = route.Targets[0].Alias,
                    Streamed = shape.Streamed,
                    PromptTokens = estimate.PromptTokens,
                    EstimatedCostUsd = ownKeyOnly ? 0 : dearest?.CostUsd(estimate) ?? 0,
                    RequestId = shape.RequestId,
                    CreatedAt = now,
                    ExpiresAt = now.AddSeconds(options.HoldLifetimeSeconds),
                },
                cancellationToken);
            if (!held.IsSuccess)
            {
                lease.GiveBack();
                return held.Error;
            }

            return call with
            {
                Held = held.Value.Credits,
                Quota = held.Value.Quota,
                MaxTokens = held.Value.Credits < credits ? Affordable(held.Value.Credits, dearest!, estimate, rate) : null,
            };
        }
        catch
        {
            lease.GiveBack();
            throw;
        }
    }

    /// <summary>What is held, the least that will do, and the prices that it was computed with: those of the dearest route.</summary>
    private static (decimal Credits, decimal Least, ModelPrices? Dearest) Amounts(
        Payer payer, MeteredRoute route, CallShape shape, TokenUsage estimate, MeteringRate rate)
    {
        var strict = payer.HoldPolicy == HoldPolicy.Strict;
        var dearest = default(ModelPrices);
        var credits = -1m;
        foreach (ref readonly var target in route.Targets.Items)
        {
            if (target.Model.Prices is not { } prices)
                continue;

            var usage = strict ? estimate with { CompletionTokens = MostTokens(target.Model, shape, estimate) } : estimate;
            var cost = rate.Credits(prices, usage);
            if (cost > credits)
                (credits, dearest) = (cost, prices);
        }

        if (dearest is null)
            return default;

        // What is cut short must still say something.
        var least = strict ? rate.Credits(dearest, estimate with { CompletionTokens = Math.Min(1, estimate.CompletionTokens) }) : credits;
        return (credits, least, dearest);
    }

    private static int MostTokens(CatalogModel model, CallShape shape, TokenUsage estimate) =>
        estimate.CompletionTokens == 0 ? 0 : Math.Min(shape.MaxTokens ?? int.MaxValue, model.MaxOutputTokens ?? shape.MaxTokens ?? estimate.CompletionTokens);

    /// <summary>Output tokens that a strict hold pays for besides the prompt.</summary>
    private static int Affordable(decimal held, ModelPrices prices, TokenUsage estimate, MeteringRate rate)
    {
        var left = held - rate.Credits(prices, estimate with { CompletionTokens = 0 });
        var thousand = rate.Credits(prices, new TokenUsage(0, 1000));
        return thousand == 0 ? int.MaxValue : (int)Math.Clamp(left * 1000 / thousand, 1, int.MaxValue);
    }

    private static bool IsUnlimited(Domain.Tiers.TierTerms tier) => tier is { DailyCalls: null, MonthlyCalls: null, TrialDays: null };
}

/// <summary>What admission needs to know of a request, whatever it asks for.</summary>
/// <param name="Operation"><c>chat</c>, <c>embeddings</c> or <c>images</c>.</param>
/// <param name="Model">What the caller asked for; null or <c>auto</c>: the router chooses.</param>
/// <param name="PromptBytes">UTF-8 bytes, the base of an estimate.</param>
/// <param name="MaxTokens">Most output tokens that the caller allows; null: it does not say.</param>
internal sealed record CallShape(string Operation, ModelMode Mode, string? Model, int PromptBytes, int? MaxTokens, CallIntent Intent, bool Streamed, string? RequestId)
{
    public bool NamesModel => Model is not (null or ChatRequest.AutoModel);

    public static CallShape Of(ChatRequest request, CallIntent intent, bool streamed, string? requestId) =>
        new("chat", ModelMode.Chat, request.Model ?? request.ModelGroup, request.PromptBytes, request.MaxTokens, intent, streamed, requestId);

    public static CallShape Of(ModelRequest request, CallIntent intent, string? requestId) => request.Operation == UpstreamOperation.Embeddings
        ? new("embeddings", ModelMode.Embedding, request.Model, request.PromptBytes, 0, intent, Streamed: false, requestId)
        : new("images", ModelMode.ImageGeneration, request.Model, request.PromptBytes, request.MaxTokens, intent, Streamed: false, requestId);
}

/// <summary>A call that may be sent.</summary>
internal sealed record HeldForCall
{
    public required Guid CallId { get; init; }

    public required Caller Caller { get; init; }

    public required Payer Payer { get; init; }

    /// <summary>Null where nothing can be charged.</summary>
    public required Guid? AccountId { get; init; }

    public required CallShape Shape { get; init; }

    public required MeteredRoute Route { get; init; }

    public required ByokKeys Keys { get; init; }

    public required MeteringRate Rate { get; init; }

    public required TokenUsage Estimate { get; init; }

    public required IRateLease Lease { get; init; }

    /// <summary>Credits held.</summary>
    public decimal Held { get; init; }

    /// <summary>What is left of the tier's longest count; its limit is 0 where there is none.</summary>
    public RateLeft Quota { get; init; }

    /// <summary>Most output tokens that its hold pays for; null: as the caller says.</summary>
    public int? MaxTokens { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long StartedTimestamp { get; init; }

    /// <summary>What the caller is told of its limits: the quota where there is one, else the rate.</summary>
    public RateStatus Limits => Quota.Limit > 0 ? Lease.Status with { Requests = Quota } : Lease.Status;

    public GatewayCredentials Credentials => new(Payer.OrganizationId, Keys, Route.OwnKeysOnly);

    /// <summary>As the request asks; nobody is served from what another caller asked. Null where there is no cache.</summary>
    public CachePolicy? CachePolicy(ChatRequest request) =>
        request.CacheTtlSeconds is { } ttl and > 0
            ? new CachePolicy($"{Payer.OrganizationId}/{Caller.Scope}", Route.Name ?? Route.Targets[0].Alias, ttl)
            : null;
}

/// <param name="Credits">What it was charged.</param>
/// <param name="Available">What the wallet can still spend; null where nothing could be charged.</param>
internal readonly record struct ChargedCall(TokenUsage Usage, decimal Credits, decimal? Available);
