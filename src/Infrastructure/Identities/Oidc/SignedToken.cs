using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>A JWS in compact form, taken apart and not yet verified.</summary>
internal sealed record SignedToken(string Algorithm, string? KeyId, byte[] Signed, byte[] Signature, JsonElement Claims)
{
    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxLength = 8192;

    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Keys that a token brings along or points to, and extensions that must be understood: nothing of it is ours to trust.</summary>
    private static readonly string[] RefusedHeaders = ["crit", "jku", "jwk", "x5u", "enc", "zip", "b64"];

    /// <summary>Kinds of tokens that speak for a caller; logout tokens and proofs do not.</summary>
    private static readonly string[] AcceptedTypes = ["JWT", "at+jwt", "application/at+jwt"];

    /// <summary>Null, and why, where it is no token that could be accepted.</summary>
    public static SignedToken? Read(string token, out string problem)
    {
        problem = "malformed";
        if (token.Length > MaxLength)
        {
            problem = "too long";
            return null;
        }

        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            problem = parts.Length == 5 ? "encrypted" : "not three parts";
            return null;
        }

        if (Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload || Decode(parts[2]) is not { Length: > 0 } signature)
            return null;
        if (ParseObject(header) is not { } head || ParseObject(payload) is not { } claims)
            return null;

        if (RefusedHeaders.FirstOrDefault(name => head.TryGetProperty(name, out _)) is { } refused)
        {
            problem = $"header {refused}";
            return null;
        }

        if (head.TryGetProperty("typ", out var type) && (type.ValueKind != JsonValueKind.String || !AcceptedTypes.Contains(type.GetString(), StringComparer.OrdinalIgnoreCase)))
        {
            problem = "type";
            return null;
        }

        if (!head.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String || algorithm.GetString() is not ("RS256" or "PS256" or "ES256"))
        {
            problem = "algorithm";
            return null;
        }

        string? keyId = null;
        if (head.TryGetProperty("kid", out var kid))
        {
            if (kid.ValueKind != JsonValueKind.String)
                return null;

            keyId = kid.GetString();
        }

        var signed = Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length);
        return new SignedToken(algorithm.GetString()!, keyId, signed, signature, claims);
    }

    private static byte[]? Decode(string part) =>
        part.AsSpan().ContainsAnyExcept(Base64UrlCharacters) || part.Length % 4 == 1 ? null : Base64Url.DecodeFromChars(part);

    private static JsonElement? ParseObject(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
