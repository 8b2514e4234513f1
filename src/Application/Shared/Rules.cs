using System.Text;
using System.Text.Json;
using FluentValidation;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Shared;

/// <summary>Validation rules that several slices share.</summary>
internal static class Rules
{
    /// <summary>Longest name, alias, reason or description, in characters.</summary>
    public const int MaxTextLength = 1000;

    /// <summary>Largest metadata object, in bytes of JSON.</summary>
    public const int MaxMetadataBytes = 10 * 1024;

    public static IRuleBuilderOptions<T, string?> ValidId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(Identifiers.IsValid).WithMessage(Identifiers.Rule + ".");

    /// <summary>Optional text without NUL characters, which PostgreSQL cannot keep.</summary>
    public static IRuleBuilderOptions<T, string?> ValidText<T>(this IRuleBuilder<T, string?> rule, int maxLength = MaxTextLength) =>
        rule.Must(text => text is null || (text.Length <= maxLength && !text.Contains('\0', StringComparison.Ordinal)))
            .WithMessage($"must be at most {maxLength} characters, without NUL.");

    public static IRuleBuilderOptions<T, string?> RequiredText<T>(this IRuleBuilder<T, string?> rule, int maxLength = MaxTextLength) =>
        rule.Must(text => !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Contains('\0', StringComparison.Ordinal))
            .WithMessage($"is required: 1 to {maxLength} characters, without NUL.");

    /// <summary>Seconds for which an answer may serve again; 0: not at all.</summary>
    public static IRuleBuilderOptions<T, int?> CacheTtl<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(0, CachePolicy.MaxTtlSeconds).WithMessage($"must be 0 (no cache) to {CachePolicy.MaxTtlSeconds} seconds.");

    public static IRuleBuilderOptions<T, decimal?> CreditAmount<T>(this IRuleBuilder<T, decimal?> rule, bool zeroAllowed = false) =>
        rule.Must(amount => amount is null || ((zeroAllowed ? amount >= 0 : amount > 0) && Money.FitsCredits(amount.Value)))
            .WithMessage($"must be {(zeroAllowed ? "zero or more" : "above zero")}, with at most 6 decimals and 12 digits before the point.");

    /// <summary>An optional JSON object of at most 10 KB without NUL characters.</summary>
    public static IRuleBuilderOptions<T, JsonElement?> ValidMetadata<T>(this IRuleBuilder<T, JsonElement?> rule) =>
        rule.Must(metadata => metadata is null || MetadataFits(metadata.Value))
            .WithMessage("must be a JSON object of at most 10 KB, without NUL characters, broken Unicode or numbers out of range.");

    public static bool MetadataFits(JsonElement metadata)
    {
        if (metadata.ValueKind == JsonValueKind.Null)
            return true;
        if (metadata.ValueKind != JsonValueKind.Object)
            return false;

        var raw = Encoding.UTF8.GetBytes(metadata.GetRawText());
        return raw.Length <= MaxMetadataBytes && JsonbText.CanKeep(raw);
    }
}
