using Microsoft.Extensions.Primitives;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>The token of the Authorization header, or of <c>x-api-key</c>, where Anthropic's clients send it.</summary>
/// <param name="Value">As the caller sent it.</param>
/// <param name="Hash">Lower-case hex of its SHA-256, by which keys are known.</param>
internal sealed record BearerToken(string Value, string Hash)
{
    private const string Prefix = "Bearer ";
    private const string KeyHeader = "x-api-key";
    private const int MaxLength = 8192;

    /// <summary>Whether the request shows a key of any kind, be it a broken one: then its cookies say nothing.</summary>
    public static bool IsShown(HttpRequest request) => request.Headers.Authorization.Count > 0 || request.Headers.ContainsKey(KeyHeader);

    /// <summary>Null where the header is missing, repeated, too long, or of another kind.</summary>
    public static BearerToken? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count > 0 ? Read(header, Prefix) : Read(request.Headers[KeyHeader], string.Empty);
    }

    private static BearerToken? Read(StringValues header, string prefix)
    {
        if (header.Count != 1 || header[0] is not { } value || value.Length > MaxLength || !value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            return null;

        var secret = value[prefix.Length..].Trim();
        return secret.Length == 0 ? null : new BearerToken(secret, VirtualKey.HashOf(secret));
    }
}
