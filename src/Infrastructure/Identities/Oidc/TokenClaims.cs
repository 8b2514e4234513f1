using System.Text.Json;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>Reads who somebody is from the claims of a verified token.</summary>
internal static class TokenClaims
{
    private const int MaxTextLength = 255;
    private const int MaxOrganizations = 50;

    /// <summary>Null where they name no user.</summary>
    public static ExternalIdentity? IdentityOf(JsonElement claims, OidcOptions options)
    {
        if (TextOf(claims, options.UserClaim) is not { } subject)
            return null;

        return new ExternalIdentity(
            new ExternalLogin(options.Issuer!, subject),
            TextOf(claims, options.NameClaim) ?? TextOf(claims, "preferred_username") ?? TextOf(claims, options.EmailClaim) ?? subject,
            IsTrue(claims, "email_verified") ? TextOf(claims, options.EmailClaim) : null,
            [.. TextsOf(claims, options.OrganizationClaim).Where(Identifiers.IsValid).Take(MaxOrganizations)],
            options.OperatorRole.Length > 0 && TextsOf(claims, options.RolesClaim).Contains(options.OperatorRole, StringComparer.Ordinal));
    }

    /// <summary>A claim of exactly that name, else what a path of names leads to.</summary>
    private static JsonElement? Find(JsonElement claims, string path)
    {
        if (claims.TryGetProperty(path, out var exact))
            return exact;

        var found = claims;
        foreach (var name in path.Split('.'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return null;
        }

        return found;
    }

    private static string? TextOf(JsonElement claims, string path) =>
        Find(claims, path) is { ValueKind: JsonValueKind.String } found && found.GetString() is { Length: > 0 and <= MaxTextLength } text
            && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : null;

    private static IEnumerable<string> TextsOf(JsonElement claims, string path) => Find(claims, path) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
        _ => [],
    };

    private static bool IsTrue(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.GetString() == "true"));
}
