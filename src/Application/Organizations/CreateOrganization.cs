using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Creates an organization: the customer to whom teams belong, with a pool of credits for its users.</summary>
/// <param name="CreditsAllocated">What its pool begins with.</param>
/// <param name="Subscribed">True: its pool is granted what its tier says each month, this one included.</param>
public sealed record CreateOrganization(
    string? OrganizationId,
    string? Name,
    JsonElement? Metadata = null,
    string? Tier = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null,
    decimal? CreditsAllocated = null,
    bool? Subscribed = null)
    : IRequest<Result<OrganizationResponse>>, ITransactional, ILimitFields;

internal sealed class CreateOrganizationValidator : AbstractValidator<CreateOrganization>
{
    public CreateOrganizationValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.Name).RequiredText();
        RuleFor(command => command.Tier).ValidText(50);
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.CreditsAllocated).CreditAmount(zeroAllowed: true);
        this.ValidNewLimits();
    }
}

internal sealed class CreateOrganizationHandler(
    IOrganizationRepository organizations, IOrganizationWalletRepository wallets, MonthlyGrant monthlyGrant, IChangeFeed changes)
    : IRequestHandler<CreateOrganization, Result<OrganizationResponse>>
{
    public async Task<Result<OrganizationResponse>> Handle(CreateOrganization command, CancellationToken cancellationToken)
    {
        var created = await organizations.CreateAsync(command, cancellationToken);
        if (!created.IsSuccess)
            return created.Error;

        var id = command.OrganizationId!;
        var pool = (await wallets.LockPoolAsync(id, cancellationToken))!;
        if (command.CreditsAllocated is > 0 and var credits)
        {
            if (pool.Allocate(credits, "Initial allocation").Error is { } refused)
                return refused;

            await wallets.SaveAsync([pool], cancellationToken);
        }

        if (created.Value.Subscribed)
            await monthlyGrant.RunAsync(new DuePools(id), cancellationToken);

        await changes.AnnounceAsync(ChangedThing.Organization, id, cancellationToken);
        return created;
    }
}
