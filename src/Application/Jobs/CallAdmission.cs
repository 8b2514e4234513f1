using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Everything that is settled before a call is sent upstream, and the record that it ends in; plain and streamed calls share it.</summary>
public sealed class CallAdmission(
    IJobDirectory jobs, ITeamDirectory teams, ICatalog catalog, IRateLimiter limiter, TimeProvider time)
{
    /// <summary>Output tokens assumed where the caller names no limit, for the tokens-a-minute estimate.</summary>
    private const int AssumedOutputTokens = 1024;

    internal async ValueTask<Result<AdmittedCall>> AdmitAsync(Caller caller, Guid jobId, ChatRequest request, string? requestId, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(jobId, cancellationToken);
        if (job is null || (caller.OrganizationId is null && !caller.MayUse(job.TeamId)))
            return JobsErrors.NotFound(jobId);

        // An organization's own users and services may file calls under the jobs of its teams.
        var team = await teams.FindAsync(job.TeamId, cancellationToken);
        if (team is null || (caller.OrganizationId is { } organizationId && organizationId != team.OrganizationId))
            return JobsErrors.NotFound(jobId);
        if (job.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled)
            return JobsErrors.Finished(job.Status);

        if (team.Refusal is { } refusal)
            return refusal;

        var route = ModelRoute.Resolve(team, await catalog.GetAsync(cancellationToken), request.ModelGroup, request.Model);
        if (!route.IsSuccess)
            return route.Error;

        var estimate = new TokenUsage(TokenEstimate.FromBytes(request.PromptBytes), Math.Min(request.MaxTokens ?? AssumedOutputTokens, AssumedOutputTokens));
        var lease = await limiter.AcquireAsync(new RateScopes(team.OrganizationLimits, team.Limits, caller.Limits), estimate.TotalTokens, cancellationToken);
        if (!lease.IsSuccess)
            return lease.Error;

        // Last, because a call that is let through counts even where it then fails.
        if (job.Capped && !await TakeAsync(jobId, DearestCostUsd(route.Value, estimate), lease.Value, cancellationToken))
            return JobsErrors.BudgetExceeded();

        var now = time.GetUtcNow();
        return new AdmittedCall
        {
            CallId = Guid.CreateVersion7(now),
            JobId = jobId,
            Team = team,
            Request = request,
            Route = route.Value,
            Cache = route.Value.CachePolicyFor(team, request),
            Lease = lease.Value,
            RequestId = requestId,
            StartedAt = now,
            StartedTimestamp = time.GetTimestamp(),
        };
    }

    /// <summary>Lets one more call of a capped job through, or gives back what it has taken of the limits.</summary>
    private async Task<bool> TakeAsync(Guid jobId, decimal estimatedCostUsd, IRateLease lease, CancellationToken cancellationToken)
    {
        var taken = false;
        try
        {
            taken = await jobs.TakeCallAsync(jobId, estimatedCostUsd, cancellationToken);
        }
        finally
        {
            if (!taken)
                lease.GiveBack();
        }

        return taken;
    }

    private static decimal DearestCostUsd(ModelRoute route, TokenUsage estimate)
    {
        var dearest = 0m;
        foreach (var model in route.Targets)
            dearest = Math.Max(dearest, model.Prices!.CostUsd(estimate));
        return dearest;
    }

    /// <summary>A request that was given up for a faster answer: its provider bills the prompt at least.</summary>
    private static decimal? HedgeCostUsd(AdmittedCall call, GatewayOutcome outcome) =>
        outcome.GivenUp?.Prices?.CostUsd(new TokenUsage(TokenEstimate.FromBytes(call.Request.PromptBytes), 0));

    /// <summary>The record of a call that has ended. Costs follow the prices of the model that answered.</summary>
    internal CallRecord Record(AdmittedCall call, GatewayOutcome outcome, CallEnd end)
    {
        var usage = end.Usage;
        var priceUsd = outcome.Model?.Prices?.CostUsd(usage) ?? 0;
        var hedgeCostUsd = HedgeCostUsd(call, outcome);
        call.Lease.TrueUp(outcome.Cached ? 0 : usage.TotalTokens);
        return new CallRecord
        {
            CallId = call.CallId,
            JobId = call.JobId,
            TeamId = call.Team.TeamId,
            Purpose = call.Request.Purpose,
            ModelGroup = call.Route.Name,
            Model = outcome.Model,
            Succeeded = end.Error is null,
            ErrorCode = end.Error?.Code,
            Error = end.Error?.Message,
            Streamed = end.Streamed,
            Usage = usage,
            UsageSource = outcome.Cached ? UsageSource.Cached : end.Source,
            CostUsd = (outcome.Cached ? 0 : priceUsd) + (hedgeCostUsd ?? 0),
            HedgeCostUsd = hedgeCostUsd,
            ClientCostUsd = outcome.ClientPricePercent == 100 ? priceUsd : Money.RoundUsd(priceUsd * outcome.ClientPricePercent / 100),
            LatencyMs = (int)Math.Min(int.MaxValue, time.GetElapsedTime(call.StartedTimestamp).TotalMilliseconds),
            Attempts = outcome.Attempts,
            FinishReason = end.FinishReason,
            RequestId = call.RequestId,
            CreatedAt = call.StartedAt,
        };
    }
}

/// <summary>A call that may be sent.</summary>
internal sealed record AdmittedCall
{
    public required Guid CallId { get; init; }

    public required Guid JobId { get; init; }

    public required TeamAccess Team { get; init; }

    public required ChatRequest Request { get; init; }

    public required ModelRoute Route { get; init; }

    /// <summary>Null: no answer is served from the cache or kept in it.</summary>
    public CachePolicy? Cache { get; init; }

    public required IRateLease Lease { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long StartedTimestamp { get; init; }

    public string? RequestId { get; init; }
}
