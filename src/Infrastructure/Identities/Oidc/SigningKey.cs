using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>
/// A public key of the issuer, bound to the algorithms of its type: a token cannot make an RSA key verify as anything else.
/// </summary>
internal sealed class SigningKey
{
    private const int MinRsaBits = 2048;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _curve;
    private readonly string? _algorithm;

    private SigningKey(string? keyId, string? algorithm, RSAParameters? rsa, ECParameters? curve)
    {
        KeyId = keyId;
        _algorithm = algorithm;
        _rsa = rsa;
        _curve = curve;
    }

    public string? KeyId { get; }

    /// <summary>Null where it is not for signatures, of another type, too weak, or malformed.</summary>
    public static SigningKey? From(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || TextOf(jwk, "use") is not (null or "sig"))
            return null;

        try
        {
            var (keyId, algorithm) = (TextOf(jwk, "kid"), TextOf(jwk, "alg"));
            return TextOf(jwk, "kty") switch
            {
                "RSA" => FromRsa(jwk, keyId, algorithm),
                "EC" when TextOf(jwk, "crv") == "P-256" => FromCurve(jwk, keyId, algorithm),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public bool Fits(string algorithm) =>
        (_algorithm is null || _algorithm == algorithm)
        && algorithm switch
        {
            "RS256" or "PS256" => _rsa is not null,
            "ES256" => _curve is not null,
            _ => false,
        };

    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!Fits(algorithm))
            return false;

        // Imported anew each time: these objects promise nothing to several threads.
        if (_curve is { } curve)
        {
            using var ecdsa = ECDsa.Create(curve);
            return ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create(_rsa!.Value);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    private static SigningKey? FromRsa(JsonElement jwk, string? keyId, string? algorithm)
    {
        var parameters = new RSAParameters { Modulus = BytesOf(jwk, "n"), Exponent = BytesOf(jwk, "e") };
        using var rsa = RSA.Create(parameters);
        return rsa.KeySize >= MinRsaBits ? new SigningKey(keyId, algorithm, parameters, null) : null;
    }

    private static SigningKey FromCurve(JsonElement jwk, string? keyId, string? algorithm)
    {
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = BytesOf(jwk, "x"), Y = BytesOf(jwk, "y") } };
        using var ecdsa = ECDsa.Create(parameters);
        return new SigningKey(keyId, algorithm, null, parameters);
    }

    private static byte[] BytesOf(JsonElement jwk, string name) =>
        TextOf(jwk, name) is { } text ? Base64Url.DecodeFromChars(text) : throw new FormatException(name);

    private static string? TextOf(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
