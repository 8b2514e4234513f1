using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FluentValidation;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Shared;

/// <summary>A request that its caller may send again under the same key.</summary>
/// <param name="Scope">Whose keys these are: two callers never share one.</param>
/// <param name="Key">As the caller chose it.</param>
/// <param name="RequestHash">SHA-256 of what was asked: the same key with another request is refused.</param>
public sealed record IdempotentRequest(string Scope, string Key, byte[] RequestHash)
{
    /// <summary>Null where the caller sent no key.</summary>
    /// <param name="operation">Part of the hash, so that a key serves one route only.</param>
    /// <param name="parts">Everything that makes two requests different.</param>
    public static IdempotentRequest? Of(Caller caller, string? key, string operation, IReadOnlyList<string?> parts)
    {
        if (key is null)
            return null;

        var text = JsonSerializer.SerializeToUtf8Bytes(parts.Prepend(operation));
        return new IdempotentRequest(caller.Scope, key, SHA256.HashData(text));
    }

    public static Error Reused() =>
        Error.Field("idempotency_key", "was used with another request; choose a new key.");
}

/// <summary>Text forms of request values that do not depend on how the caller wrote them.</summary>
public static class RequestText
{
    /// <summary>1, 1.0 and 1.00 are the same amount.</summary>
    public static string Of(decimal value) => (value / 1.0000000000000000000000000000m).ToString();
}

internal static class IdempotencyRules
{
    /// <summary>1 to 255 printable ASCII characters.</summary>
    public static IRuleBuilderOptions<T, string?> ValidIdempotencyKey<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(key => key is null || (key.Length is > 0 and <= 255 && Ascii.IsValid(key) && !key.Any(char.IsControl)))
            .WithMessage("must be 1 to 255 printable ASCII characters.");
}
