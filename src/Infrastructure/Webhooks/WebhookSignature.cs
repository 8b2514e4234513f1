using System.Security.Cryptography;
using System.Text;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>The signature of Standard Webhooks: HMAC-SHA256 of <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    /// <param name="secret">As it was given out: <c>whsec_</c> and base64.</param>
    /// <param name="timestamp">Unix seconds.</param>
    public static string Of(string secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[WebhookSecretText.Prefix.Length..]));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}
