using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Gives a member another role.</summary>
/// <param name="Role"><c>owner</c>, <c>admin</c> or <c>member</c>.</param>
public sealed record ChangeMember(string? Role) : IRequest<Result<MemberResponse>>, ITransactional
{
    /// <summary>From the credential.</summary>
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    /// <summary>From the path.</summary>
    [JsonIgnore]
    public string OrganizationId { get; init; } = "";

    /// <summary>From the path.</summary>
    [JsonIgnore]
    public string UserId { get; init; } = "";
}

internal sealed class ChangeMemberValidator : AbstractValidator<ChangeMember>
{
    public ChangeMemberValidator() => RuleFor(command => command.Role).ValidRole();
}

internal sealed class ChangeMemberHandler(IMemberRepository members, IOrganizationRepository organizations, IChangeFeed changes)
    : IRequestHandler<ChangeMember, Result<MemberResponse>>
{
    public async Task<Result<MemberResponse>> Handle(ChangeMember command, CancellationToken cancellationToken)
    {
        var (organizationId, userId, role) = (command.OrganizationId, command.UserId, RoleNames.Parse(command.Role)!.Value);
        if (OrganizationManagement.Refusal(command.Caller, organizationId) is { } refusal)
            return refusal;
        if (!await organizations.LockAsync(organizationId, cancellationToken))
            return OrganizationsErrors.NotFound(organizationId);
        if (await members.RoleOfAsync(organizationId, userId, cancellationToken) is not { } before)
            return IdentitiesErrors.MemberNotFound(userId);

        var concernsOwners = before == OrganizationRole.Owner || role == OrganizationRole.Owner;
        if (concernsOwners && MemberManagement.OwnerRefusal(command.Caller) is { } ownersOnly)
            return ownersOnly;

        var losesOwner = before == OrganizationRole.Owner && role != OrganizationRole.Owner;
        if (losesOwner && !await members.HasOtherOwnerAsync(organizationId, userId, cancellationToken))
            return IdentitiesErrors.LastOwner();

        await members.SetRoleAsync(organizationId, userId, role, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.User, userId, cancellationToken);
        return await members.GetAsync(organizationId, userId, cancellationToken);
    }
}
