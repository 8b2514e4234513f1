using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Jobs;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Opens and ends jobs in batches: lock the jobs in id order, then the wallets in id order, let the domain decide, write it
/// all, commit. Every writer keeps that order, so no two of them can deadlock.
/// </summary>
internal sealed class JobLedger(
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, IPricing pricing, IHardBudgets budgets, JobDirectory directory, LocalInvalidation local, SettlementMetrics metrics, AccountingMetrics accounting)
    : GroupCommit<GroupCommitItem>(metrics, "jobs"), IJobLedger
{
    public Task<Result<JobOpened>> OpenAsync(JobOpening opening, CancellationToken cancellationToken)
    {
        var item = new Opening(opening);
        Enqueue(item);
        return item.Task;
    }

    public Task<Result<JobEnded>> EndAsync(JobEnding ending, CancellationToken cancellationToken)
    {
        var item = new Ending(ending);
        Enqueue(item);
        return item.Task;
    }

    protected override async Task WriteAsync(IReadOnlyList<GroupCommitItem> batch)
    {
        var openings = new List<Opening>();
        var endings = new List<Ending>();
        foreach (var item in batch)
        {
            if (item is Opening opening)
                openings.Add(opening);
            else
                endings.Add((Ending)item);
        }

        var prices = endings.Count > 0 ? await pricing.GetAsync(CancellationToken.None) : null;
        var hasBudgets = openings.Count > 0 && (await budgets.GetAsync(CancellationToken.None)).Any;
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var locked = await JobLedgerSql.LockAsync(connection, transaction, openings, endings, hasBudgets);

        foreach (var ending in endings)
            ending.Outcome = End(ending, locked, prices!);
        var earlier = new Dictionary<(string Scope, string Key), Opening>();
        foreach (var opening in openings)
            opening.Outcome = Open(opening, locked, earlier);

        await JobLedgerSql.WriteAndCommitAsync(connection, transaction, openings, endings, locked);

        foreach (var opening in openings)
        {
            if (!opening.Written)
                continue;

            directory.Add(opening.Header);
            accounting.JobCreated();
        }

        foreach (var ending in endings)
        {
            if (!ending.Written)
                continue;

            local.Drop(ChangedThing.Job, ending.Request.JobId.ToString());
            accounting.JobEnded(ending.Request.Status, ending.CreditsCharged);
        }
    }

    private static Result<JobEnded> End(Ending ending, LockedLedger locked, PriceList prices)
    {
        // Where the batch was rolled back and goes again one by one, what was decided then does not hold now.
        ending.Written = false;
        var request = ending.Request;
        if (!locked.Jobs.TryGetValue(request.JobId, out var row) || row.Job.TeamId != request.TeamId)
            return JobsErrors.NotFound(request.JobId);

        var job = row.Job;
        if (job.IsFinished)
            return new JobEnded(job.Status, false);
        if (row.MergedMetadataBytes > MaxMetadataBytes)
            return JobsErrors.MetadataTooLarge();

        var wallet = locked.Wallets[request.TeamId];
        if (job.Finish(request.Status, wallet.Ledger).Error is { } refused)
            return refused;

        ending.Written = true;
        ending.CreditsCharged = job.CreditsCharged;
        ending.CreditsWrittenOff = job.CreditsWrittenOff;
        ending.CreditsRemaining = wallet.Ledger.Remaining;
        ending.Price = job.IsBillable
            ? prices.PriceOf(new BilledJob(wallet.OrganizationId, job.TeamId, row.JobType, row.CreatedAt, job.Used.Tokens, job.Used.ClientCostUsd))
            : JobPrice.NotBilled;
        return new JobEnded(job.Status, true);
    }

    private static Result<JobOpened> Open(Opening opening, LockedLedger locked, Dictionary<(string Scope, string Key), Opening> earlier)
    {
        opening.Written = false;
        var request = opening.Request;
        if (request.Idempotency is { } idempotency)
        {
            if (locked.Answers.TryGetValue((idempotency.Scope, idempotency.Key), out var answer))
                return answer.RequestHash.AsSpan().SequenceEqual(idempotency.RequestHash) ? answer.Job : Application.Shared.IdempotentRequest.Reused();

            // Two requests under one key may share a batch: the second gets what the first got.
            if (earlier.TryGetValue((idempotency.Scope, idempotency.Key), out var first))
            {
                return first.Request.Idempotency!.RequestHash.AsSpan().SequenceEqual(idempotency.RequestHash)
                    ? first.Outcome
                    : Application.Shared.IdempotentRequest.Reused();
            }

            earlier.Add((idempotency.Scope, idempotency.Key), opening);
        }

        if (!locked.Wallets.TryGetValue(request.TeamId, out var wallet))
            return TeamsErrors.NotFound(request.TeamId);
        if (wallet.Refusal is { } refusal)
            return refusal;
        if (locked.OverBudget.TryGetValue(request.TeamId, out var scope))
            return BudgetsErrors.Exceeded(scope);

        var reserved = wallet.Ledger.Reserve(JobTariff.LeastCredits, request.JobId);
        if (!reserved.IsSuccess)
            return reserved.Error;

        opening.Tariff = wallet.Tariff;
        opening.Written = true;
        return new JobOpened(request.JobId, request.TeamId, JobStatusNames.Of(JobStatus.Pending), request.CreatedAt);
    }

    /// <summary>Largest metadata of a job, merged, in bytes of JSON.</summary>
    public const int MaxMetadataBytes = 10 * 1024;

    internal sealed class Opening(JobOpening request) : GroupCommitItem<Result<JobOpened>>
    {
        public JobOpening Request { get; } = request;

        /// <summary>True where this batch creates the job.</summary>
        public bool Written { get; set; }

        /// <summary>The team's of this moment.</summary>
        public JobTariff Tariff { get; set; }

        public JobHeader Header =>
            new(Request.JobId, Request.TeamId, JobStatus.Pending, Request.MaxCostUsd is not null || Request.MaxCalls is not null, Tariff);
    }

    internal sealed class Ending(JobEnding request) : GroupCommitItem<Result<JobEnded>>
    {
        public JobEnding Request { get; } = request;

        /// <summary>True where this batch ends the job.</summary>
        public bool Written { get; set; }

        public decimal CreditsCharged { get; set; }

        public decimal CreditsWrittenOff { get; set; }

        public decimal CreditsRemaining { get; set; }

        public JobPrice Price { get; set; }
    }
}

/// <summary>What a batch has locked.</summary>
/// <param name="OverBudget">Teams that may not begin a job because their own hard budget, or their organization's, is used up: whose.</param>
internal sealed record LockedLedger(
    Dictionary<Guid, LockedJob> Jobs,
    Dictionary<string, LockedWallet> Wallets,
    Dictionary<string, string> OverBudget,
    Dictionary<(string Scope, string Key), EarlierAnswer> Answers)
{
    /// <summary>True where a webhook is active that may want to know: else no event costs anything.</summary>
    public bool IsHeard { get; set; }
}

/// <param name="MergedMetadataBytes">What the metadata takes with that of its end merged in; 0 where nothing is merged.</param>
internal sealed record LockedJob(Job Job, string JobType, DateTimeOffset CreatedAt, int MergedMetadataBytes);

/// <param name="OrganizationId">The team's.</param>
/// <param name="Tariff">Of the team's new jobs.</param>
/// <param name="Refusal">Why the team may not begin a job; null where it may.</param>
internal sealed record LockedWallet(CreditLedger Ledger, string OrganizationId, JobTariff Tariff, Error? Refusal);

internal sealed record EarlierAnswer(byte[] RequestHash, JobOpened Job);
