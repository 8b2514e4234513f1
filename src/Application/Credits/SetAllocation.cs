using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>
/// Sets what a user has of the organization's credits in all; the difference moves from the pool, or back to it. From then on the
/// user's calls are paid from there alone. Zero takes back whatever is neither used nor held.
/// </summary>
/// <param name="HoldPolicy"><c>elastic</c> or <c>strict</c>; absent: as it is, at first elastic.</param>
public sealed record SetAllocation(decimal? Credits, string? HoldPolicy = null) : IRequest<Result<AllocationResponse>>, ITransactional
{
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    [JsonIgnore]
    public string OrganizationId { get; init; } = string.Empty;

    [JsonIgnore]
    public string UserId { get; init; } = string.Empty;
}

internal sealed class SetAllocationValidator : AbstractValidator<SetAllocation>
{
    public SetAllocationValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.UserId).RequiredText(255);
        RuleFor(command => command.Credits).NotNull().WithMessage("is required.").CreditAmount(zeroAllowed: true);
        RuleFor(command => command.HoldPolicy).ValidHoldPolicy();
    }
}

internal sealed class SetAllocationHandler(IOrganizationWalletRepository wallets, IChangeFeed changes)
    : IRequestHandler<SetAllocation, Result<AllocationResponse>>
{
    public async Task<Result<AllocationResponse>> Handle(SetAllocation command, CancellationToken cancellationToken)
    {
        if (OrganizationManagement.Refusal(command.Caller, command.OrganizationId) is { } refusal)
            return refusal;

        var locked = await wallets.LockAllocationAsync(command.OrganizationId, command.UserId, cancellationToken);
        if (locked is null)
            return OrganizationsErrors.NotFound(command.OrganizationId);
        if (locked.Allocation.AllocateFrom(locked.Pool, command.Credits!.Value, $"Allocation of {command.UserId}").Error is { } refused)
            return refused;

        await wallets.SaveAsync([locked.Pool, locked.Allocation], cancellationToken);
        if (command.HoldPolicy is { } holdPolicy)
            await wallets.SetHoldPolicyAsync(command.OrganizationId, command.UserId, holdPolicy, cancellationToken);

        // Amounts are cached nowhere; who pays is.
        if (locked.Opened || command.HoldPolicy is not null)
            await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);

        return (await wallets.GetAllocationAsync(command.OrganizationId, command.UserId, cancellationToken))!;
    }
}
