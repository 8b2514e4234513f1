using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Changes what is given; what is absent stays. A limit of 0 means no limit.</summary>
/// <param name="Metadata">Replaces the whole object.</param>
/// <param name="Tier">An empty text removes it.</param>
/// <param name="Subscribed">True: its pool is granted what its tier says each month, this one included.</param>
public sealed record UpdateOrganization(
    string? Name = null,
    JsonElement? Metadata = null,
    string? Tier = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null,
    bool? Subscribed = null)
    : IRequest<Result<OrganizationResponse>>, ITransactional, ILimitFields
{
    [JsonIgnore]
    public string OrganizationId { get; init; } = string.Empty;
}

internal sealed class UpdateOrganizationValidator : AbstractValidator<UpdateOrganization>
{
    public UpdateOrganizationValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.Name).RequiredText().When(command => command.Name is not null);
        RuleFor(command => command.Tier).ValidText(50);
        RuleFor(command => command.Metadata).ValidMetadata();
        this.ValidLimitChanges();
    }
}

internal sealed class UpdateOrganizationHandler(IOrganizationRepository organizations, MonthlyGrant monthlyGrant, IChangeFeed changes)
    : IRequestHandler<UpdateOrganization, Result<OrganizationResponse>>
{
    public async Task<Result<OrganizationResponse>> Handle(UpdateOrganization command, CancellationToken cancellationToken)
    {
        var updated = await organizations.UpdateAsync(command, cancellationToken);
        if (!updated.IsSuccess)
            return updated.Error;
        if (updated.Value.Subscribed)
            await monthlyGrant.RunAsync(new DuePools(command.OrganizationId), cancellationToken);

        await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);
        return updated;
    }
}
