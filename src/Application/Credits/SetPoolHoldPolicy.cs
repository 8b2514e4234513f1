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

/// <summary>Says how much of the organization's pool a call holds while it runs.</summary>
/// <param name="HoldPolicy"><c>elastic</c> or <c>strict</c>.</param>
public sealed record SetPoolHoldPolicy(string? HoldPolicy) : IRequest<Result<PoolHoldPolicy>>, ITransactional
{
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    [JsonIgnore]
    public string OrganizationId { get; init; } = string.Empty;
}

/// <param name="HoldPolicy">What holds from the next call on.</param>
public sealed record PoolHoldPolicy(string OrganizationId, string HoldPolicy);

internal sealed class SetPoolHoldPolicyValidator : AbstractValidator<SetPoolHoldPolicy>
{
    public SetPoolHoldPolicyValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.HoldPolicy).NotNull().WithMessage(HoldPolicyNames.Rule + ".").ValidHoldPolicy();
    }
}

internal static class HoldPolicyRules
{
    public static IRuleBuilderOptions<T, string?> ValidHoldPolicy<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => name is null || HoldPolicyNames.TryParse(name, out _)).WithMessage(HoldPolicyNames.Rule + ".");
}

internal sealed class SetPoolHoldPolicyHandler(IOrganizationWalletRepository wallets, IChangeFeed changes)
    : IRequestHandler<SetPoolHoldPolicy, Result<PoolHoldPolicy>>
{
    public async Task<Result<PoolHoldPolicy>> Handle(SetPoolHoldPolicy command, CancellationToken cancellationToken)
    {
        if (OrganizationManagement.Refusal(command.Caller, command.OrganizationId) is { } refusal)
            return refusal;
        if (await wallets.LockPoolAsync(command.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(command.OrganizationId);

        await wallets.SetHoldPolicyAsync(command.OrganizationId, userId: null, command.HoldPolicy!, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);
        return new PoolHoldPolicy(command.OrganizationId, command.HoldPolicy!);
    }
}
