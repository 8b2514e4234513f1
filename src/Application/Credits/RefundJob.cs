using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>Gives a job's whole charge back to its team, once.</summary>
public sealed record RefundJob(Guid? JobId, string? Reason) : IRequest<Result<JobRefunded>>, ITransactional
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";
}

/// <param name="CreditsRefunded">What the job had been charged.</param>
/// <param name="CreditsRemaining">What the wallet then had.</param>
/// <param name="TransactionId">The ledger's entry.</param>
public sealed record JobRefunded(string TeamId, Guid JobId, decimal CreditsRefunded, decimal CreditsRemaining, Guid TransactionId);

internal sealed class RefundJobValidator : AbstractValidator<RefundJob>
{
    public RefundJobValidator()
    {
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.JobId).NotNull().WithMessage("is required: the id of a job.");
        RuleFor(command => command.Reason).ValidText();
    }
}

internal sealed class RefundJobHandler(IRefundRepository refunds, IWalletRepository wallets, TimeProvider time) : IRequestHandler<RefundJob, Result<JobRefunded>>
{
    public async Task<Result<JobRefunded>> Handle(RefundJob command, CancellationToken cancellationToken)
    {
        // The job first: jobs are locked before wallets everywhere.
        var jobId = command.JobId!.Value;
        var job = await refunds.LockAsync(command.TeamId, jobId, cancellationToken);
        if (job is null)
            return JobsErrors.NotFound(jobId);
        if (job.RefundedAt is not null)
            return JobsErrors.AlreadyRefunded();
        if (job.CreditsCharged == 0)
            return JobsErrors.NothingToRefund();

        var wallet = await wallets.LockAsync(command.TeamId, cancellationToken);
        if (wallet is null)
            return CreditsErrors.WalletNotFound(command.TeamId);

        var transfer = wallet.Refund(job.CreditsCharged, jobId, command.Reason);
        await refunds.MarkAsync(jobId, time.GetUtcNow(), cancellationToken);
        await wallets.SaveAsync(wallet, cancellationToken);
        return new JobRefunded(command.TeamId, jobId, job.CreditsCharged, wallet.Remaining, transfer.TransferId);
    }
}
