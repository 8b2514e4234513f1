using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>
/// Configuration section <c>Auth:Oidc</c>: the one identity provider whose tokens are accepted. A claim's name may be a path,
/// as <c>realm_access.roles</c>; the defaults fit Keycloak.
/// </summary>
public sealed record OidcOptions
{
    public const string Section = "Auth:Oidc";

    /// <summary>The issuer exactly as its tokens name it; https, http on loopback only. Default: none, and no token is accepted.</summary>
    public string? Issuer { get; init; }

    /// <summary>What bearer tokens must name as their audience. Required with <see cref="Issuer"/>.</summary>
    public string? Audience { get; init; }

    /// <summary>This service as a client of the provider, so that users can sign in through it. Default: none, and they cannot.</summary>
    public string? ClientId { get; init; }

    /// <summary>Its secret; null: a public client, which PKCE alone protects.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The address of <c>/api/auth/oidc/callback</c> as browsers see it. Default: taken from the request; set it behind a proxy.</summary>
    public Uri? RedirectUri { get; init; }

    /// <summary>What is asked for at sign-in. Default: <c>openid profile email</c>.</summary>
    [Required]
    public string Scope { get; init; } = "openid profile email";

    /// <summary>Who the user is at the provider, for ever. Default: <c>sub</c>.</summary>
    [Required]
    public string UserClaim { get; init; } = "sub";

    /// <summary>Used only where the claim <c>email_verified</c> is true. Default: <c>email</c>.</summary>
    [Required]
    public string EmailClaim { get; init; } = "email";

    /// <summary>What the user is called. Default: <c>name</c>.</summary>
    [Required]
    public string NameClaim { get; init; } = "name";

    /// <summary>Id of the user's organization here, or a list of them. Default: <c>organization_id</c>.</summary>
    [Required]
    public string OrganizationClaim { get; init; } = "organization_id";

    /// <summary>A list of roles, or one text with spaces between them. Default: <c>realm_access.roles</c>.</summary>
    [Required]
    public string RolesClaim { get; init; } = "realm_access.roles";

    /// <summary>The role that makes an operator. Default: <c>saasllm-operator</c>; an empty text: none does.</summary>
    public string OperatorRole { get; init; } = "saasllm-operator";

    /// <summary>What is wrong with these settings; null: nothing.</summary>
    internal string? Problem =>
        string.IsNullOrEmpty(Issuer) ? null
        : !Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || !OidcHttp.IsSafe(issuer) ? "Issuer must be an https address; http is accepted on loopback only."
        : string.IsNullOrEmpty(Audience) ? "Audience is required with Issuer."
        : null;
}
