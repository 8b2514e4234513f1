using System.Runtime.InteropServices;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>Reading a request's parts, and copying them as they stand: numbers and escapes keep their spelling.</summary>
internal static class JsonElements
{
    /// <summary>False where the member is absent or null, which means the same.</summary>
    public static bool TryGet(this JsonElement parent, ReadOnlySpan<byte> name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>False where the member is absent, null, or no string.</summary>
    public static bool TryGetText(this JsonElement parent, ReadOnlySpan<byte> name, out JsonElement text) =>
        parent.TryGetProperty(name, out text) && text.ValueKind == JsonValueKind.String;

    public static bool HasType(this JsonElement item, ReadOnlySpan<byte> type) =>
        item.TryGetText("type"u8, out var found) && found.ValueEquals(type);

    public static void WriteRaw(this Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    public static void WriteRaw(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement value)
    {
        writer.WritePropertyName(name);
        writer.WriteRaw(value);
    }

    /// <summary>Copies a member that both forms have under the same name, where it is given.</summary>
    public static void CopyFrom(this Utf8JsonWriter writer, JsonElement parent, ReadOnlySpan<byte> name)
    {
        if (parent.TryGet(name, out var value))
            writer.WriteRaw(name, value);
    }
}
