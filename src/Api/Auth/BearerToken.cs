using System.Diagnostics.CodeAnalysis;

namespace SaasLlm.Api.Auth;

internal static class BearerToken
{
    private const string Prefix = "Bearer ";
    private const int MaxLength = 8192;

    /// <summary>The token of the Authorization header, where there is exactly one.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? token)
    {
        token = null;
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || value.Length > MaxLength || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;

        token = value[Prefix.Length..].Trim();
        return token.Length > 0;
    }
}
