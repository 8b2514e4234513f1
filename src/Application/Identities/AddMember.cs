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

/// <summary>Adds a user to an organization.</summary>
/// <param name="Role"><c>owner</c>, <c>admin</c> or <c>member</c>; default: member.</param>
public sealed record AddMember(string? UserId, string? Role = null) : IRequest<Result<MemberResponse>>, ITransactional
{
    /// <summary>From the credential.</summary>
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    /// <summary>From the path.</summary>
    [JsonIgnore]
    public string OrganizationId { get; init; } = "";
}

internal sealed class AddMemberValidator : AbstractValidator<AddMember>
{
    public AddMemberValidator()
    {
        RuleFor(command => command.UserId).ValidId();
        RuleFor(command => command.Role).ValidRole().When(command => command.Role is not null);
    }
}

internal sealed class AddMemberHandler(IMemberRepository members, IUserRepository users, IOrganizationRepository organizations, IChangeFeed changes)
    : IRequestHandler<AddMember, Result<MemberResponse>>
{
    public async Task<Result<MemberResponse>> Handle(AddMember command, CancellationToken cancellationToken)
    {
        var (organizationId, userId) = (command.OrganizationId, command.UserId!);
        var role = RoleNames.Parse(command.Role) ?? OrganizationRole.Member;
        if (OrganizationManagement.Refusal(command.Caller, organizationId) is { } refusal)
            return refusal;
        if (role == OrganizationRole.Owner && MemberManagement.OwnerRefusal(command.Caller) is { } ownersOnly)
            return ownersOnly;
        if (!await organizations.LockAsync(organizationId, cancellationToken))
            return OrganizationsErrors.NotFound(organizationId);
        if (await users.GetAsync(userId, cancellationToken) is null)
            return IdentitiesErrors.UserNotFound(userId);
        if (!await members.AddAsync(organizationId, userId, role, cancellationToken))
            return IdentitiesErrors.MemberExists(userId);

        await changes.AnnounceAsync(ChangedThing.User, userId, cancellationToken);
        return await members.GetAsync(organizationId, userId, cancellationToken);
    }
}
