using System.Text.Json;

namespace SaasLlm.Application.Shared;

/// <summary>JSON values as the text that the database keeps.</summary>
public static class MetadataJson
{
    /// <summary>The object's compact text; <c>{}</c> for an absent or null value.</summary>
    public static string Of(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } given ? JsonSerializer.Serialize(given) : "{}";
}
