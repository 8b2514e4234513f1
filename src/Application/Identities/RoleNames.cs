using FluentValidation;
using SaasLlm.Domain.Organizations;

namespace SaasLlm.Application.Identities;

/// <summary>Roles as the API and the database write them.</summary>
public static class RoleNames
{
    public static string Of(OrganizationRole role) => role switch
    {
        OrganizationRole.Member => "member",
        OrganizationRole.Admin => "admin",
        OrganizationRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>Null where it is no role's name.</summary>
    public static OrganizationRole? Parse(string? name) => name switch
    {
        "member" => OrganizationRole.Member,
        "admin" => OrganizationRole.Admin,
        "owner" => OrganizationRole.Owner,
        _ => null,
    };

    internal static IRuleBuilderOptions<T, string?> ValidRole<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => Parse(name) is not null).WithMessage("must be owner, admin or member.");
}
