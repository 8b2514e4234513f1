using SaasLlm.Application.Llm;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Everything that is settled before a call is sent upstream, and the record that it ends in; plain and streamed calls share it.</summary>
public sealed class CallAdmission(
    IJobDirectory jobs, IJobCalls calls, ITeamDirectory teams, ICatalog catalog, IRateLimiter limiter, MeteringOptions options, TimeProvider time)
{
    internal async ValueTask<Result<AdmittedCall>> AdmitAsync(
        Caller caller, Guid jobId, ChatRequest request, bool streamed, string? requestId, CancellationToken cancellationToken)
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

        var estimate = new TokenUsage(
            TokenEstimate.FromBytes(request.PromptBytes), Math.Min(request.MaxTokens ?? options.HoldOutputTokens, options.HoldOutputTokens));
        var lease = await limiter.AcquireAsync(new RateScopes(team.OrganizationLimits, team.Limits, caller.Limits), estimate.TotalTokens, cancellationToken);
        if (!lease.IsSuccess)
            return lease.Error;

        var now = time.GetUtcNow();
        var call = new AdmittedCall
        {
            Noted = new JobCall
            {
                CallId = Guid.CreateVersion7(now),
                JobId = jobId,
                TeamId = team.TeamId,
                OrganizationId = team.OrganizationId,
                Counted = job.CountsCalls,
                Model = route.Value.Name,
                Purpose = request.Purpose,
                Streamed = streamed,
                PromptTokens = estimate.PromptTokens,
                Estimate = new JobUse(DearestCostUsd(route.Value, estimate), estimate.TotalTokens),
                RequestId = requestId,
                CreatedAt = now,
                ExpiresAt = now.AddSeconds(options.HoldLifetimeSeconds),
            },
            IsByUse = job.Tariff.IsByUse,
            Request = request,
            Route = route.Value,
            Cache = route.Value.CachePolicyFor(team, request),
            Lease = lease.Value,
            StartedTimestamp = time.GetTimestamp(),
        };

        // Last, because a call that is let through counts even where it then fails.
        return await NoteAsync(call, cancellationToken) is { } refused ? refused : call;
    }

    /// <summary>Takes more for a stream that has outgrown its estimate; false where the wallet has no more.</summary>
    internal async Task<bool> ExtendAsync(AdmittedCall call, JobUse more) =>
        (await calls.ExtendAsync(call.Noted, more, time.GetUtcNow().AddSeconds(options.HoldLifetimeSeconds), CancellationToken.None)).IsSuccess;

    /// <summary>Null where the call may go on; else what it has taken of the limits is given back.</summary>
    private async ValueTask<Error?> NoteAsync(AdmittedCall call, CancellationToken cancellationToken)
    {
        var noted = false;
        try
        {
            var answer = await calls.AdmitAsync(call.Noted, cancellationToken);
            noted = answer.IsSuccess;
            return answer.Error;
        }
        finally
        {
            if (!noted)
                call.Lease.GiveBack();
        }
    }

    private static decimal DearestCostUsd(ModelRoute route, TokenUsage estimate)
    {
        var dearest = 0m;
        foreach (ref readonly var target in route.Targets.Items)
            dearest = Math.Max(dearest, target.Model.Prices!.CostUsd(estimate));
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
            TeamId = call.Noted.TeamId,
            IsByUse = call.IsByUse,
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
            RequestId = call.Noted.RequestId,
            CreatedAt = call.StartedAt,
        };
    }
}

/// <summary>A call that may be sent.</summary>
internal sealed record AdmittedCall
{
    /// <summary>What is on record of it while it runs.</summary>
    public required JobCall Noted { get; init; }

    /// <summary>True where its job pays by what it uses.</summary>
    public required bool IsByUse { get; init; }

    public required ChatRequest Request { get; init; }

    public required ModelRoute Route { get; init; }

    /// <summary>Null: no answer is served from the cache or kept in it.</summary>
    public CachePolicy? Cache { get; init; }

    public required IRateLease Lease { get; init; }

    public required long StartedTimestamp { get; init; }

    public Guid CallId => Noted.CallId;

    public Guid JobId => Noted.JobId;

    public DateTimeOffset StartedAt => Noted.CreatedAt;

    public GatewayCredentials Credentials => new(Noted.OrganizationId);
}
