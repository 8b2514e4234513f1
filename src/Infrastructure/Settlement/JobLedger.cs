using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Opens and ends jobs in batches: lock the jobs in id order, then the wallets in id order, let the domain decide, write it
/// all, commit. Every writer keeps that order, so no two of them can deadlock.
/// </summary>
internal sealed class JobLedger(NpgsqlDataSource dataSource, LocalInvalidation local) : GroupCommit<GroupCommitItem>, IJobLedger
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

        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var locked = await JobLedgerSql.LockAsync(connection, transaction, openings, endings);

        foreach (var ending in endings)
            ending.Outcome = End(ending, locked);
        var earlier = new Dictionary<(string Scope, string Key), Opening>();
        foreach (var opening in openings)
            opening.Outcome = Open(opening, locked, earlier);

        await JobLedgerSql.WriteAsync(connection, transaction, openings, endings, locked);
        await transaction.CommitAsync();

        foreach (var ending in endings)
        {
            if (ending.Written)
                local.Drop(ChangedThing.Job, ending.Request.JobId.ToString());
        }
    }

    private static Result<JobEnded> End(Ending ending, LockedLedger locked)
    {
        // Where the batch was rolled back and goes again one by one, what was decided then does not hold now.
        ending.Written = false;
        var request = ending.Request;
        if (!locked.Jobs.TryGetValue(request.JobId, out var job) || job.TeamId != request.TeamId)
            return JobsErrors.NotFound(request.JobId);

        if (job.IsFinished)
            return new JobEnded(job.Status, false);
        if (ending.MergedMetadataBytes > MaxMetadataBytes)
            return JobsErrors.MetadataTooLarge();

        var wallet = locked.Wallets[request.TeamId];
        if (job.Finish(request.Status, wallet.Ledger).Error is { } refused)
            return refused;

        ending.Written = true;
        ending.CreditsCharged = job.CreditsCharged;
        ending.CreditsRemaining = wallet.Ledger.Remaining;
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

        var reserved = wallet.Ledger.Reserve(request.Credits, request.JobId);
        if (!reserved.IsSuccess)
            return reserved.Error;

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
    }

    internal sealed class Ending(JobEnding request) : GroupCommitItem<Result<JobEnded>>
    {
        public JobEnding Request { get; } = request;

        /// <summary>True where this batch ends the job.</summary>
        public bool Written { get; set; }

        public decimal CreditsCharged { get; set; }

        public decimal CreditsRemaining { get; set; }

        /// <summary>What the merged metadata would take; 0 where nothing is merged.</summary>
        public int MergedMetadataBytes { get; set; }
    }
}

/// <summary>What a batch has locked.</summary>
internal sealed record LockedLedger(
    Dictionary<Guid, Job> Jobs,
    Dictionary<string, LockedWallet> Wallets,
    Dictionary<(string Scope, string Key), EarlierAnswer> Answers)
{
    /// <summary>True where a webhook is active that may want to know: else no event costs anything.</summary>
    public bool IsHeard { get; set; }
}

/// <param name="Refusal">Why the team may not begin a job; null where it may.</param>
internal sealed record LockedWallet(CreditLedger Ledger, Error? Refusal);

internal sealed record EarlierAnswer(byte[] RequestHash, JobOpened Job);
