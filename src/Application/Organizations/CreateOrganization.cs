using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Creates an organization: the customer to whom teams belong.</summary>
public sealed record CreateOrganization(
    string? OrganizationId,
    string? Name,
    JsonElement? Metadata = null,
    string? Tier = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null)
    : IRequest<Result<OrganizationResponse>>, ITransactional, ILimitFields;

internal sealed class CreateOrganizationValidator : AbstractValidator<CreateOrganization>
{
    public CreateOrganizationValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.Name).RequiredText();
        RuleFor(command => command.Tier).ValidText(50);
        RuleFor(command => command.Metadata).ValidMetadata();
        this.ValidNewLimits();
    }
}

internal sealed class CreateOrganizationHandler(IOrganizationRepository organizations, IChangeFeed changes)
    : IRequestHandler<CreateOrganization, Result<OrganizationResponse>>
{
    public async Task<Result<OrganizationResponse>> Handle(CreateOrganization command, CancellationToken cancellationToken)
    {
        var created = await organizations.CreateAsync(command, cancellationToken);
        if (created is null)
            return OrganizationsErrors.AlreadyExists(command.OrganizationId!);

        await changes.AnnounceAsync(ChangedThing.Organization, created.OrganizationId, cancellationToken);
        return created;
    }
}
