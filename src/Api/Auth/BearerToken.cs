using System.Diagnostics.CodeAnalysis;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>The token of the Authorization header.</summary>
/// <param name="Value">As the caller sent it.</param>
/// <param name="Hash">Lower-case hex of its SHA-256, by which keys are known.</param>
internal sealed record BearerToken(string Value, string Hash)
{
    private const string Prefix = "Bearer ";
    private const int MaxLength = 8192;

    /// <summary>False where the header is missing, repeated, too long, or of another kind.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out BearerToken? token)
    {
        token = null;
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || value.Length > MaxLength || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;

        var secret = value[Prefix.Length..].Trim();
        if (secret.Length == 0)
            return false;

        token = new BearerToken(secret, VirtualKey.HashOf(secret));
        return true;
    }
}
