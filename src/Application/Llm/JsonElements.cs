using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>Reads JSON that nobody has checked: what is not of the type asked for counts as absent.</summary>
public static class JsonElements
{
    /// <summary>The member; an undefined element where there is none, or null.</summary>
    public static JsonElement Get(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : default;

    /// <summary>The member where it is an object.</summary>
    public static JsonElement Object(this JsonElement element, ReadOnlySpan<byte> name) => element.Get(name).If(JsonValueKind.Object);

    /// <summary>The member where it is an array.</summary>
    public static JsonElement Array(this JsonElement element, ReadOnlySpan<byte> name) => element.Get(name).If(JsonValueKind.Array);

    /// <summary>The member where it is a string.</summary>
    public static JsonElement Text(this JsonElement element, ReadOnlySpan<byte> name) => element.Get(name).If(JsonValueKind.String);

    public static bool Exists(this JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    public static bool Is(this JsonElement element, ReadOnlySpan<byte> text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);

    public static bool IsTrue(this JsonElement element) => element.ValueKind == JsonValueKind.True;

    public static bool IsEmptyText(this JsonElement element) => element.Is([]);

    /// <summary>The JSON as it was written.</summary>
    public static ReadOnlySpan<byte> Raw(this JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>A string's UTF-8, unescaped where that is needed; empty where it is no Unicode.</summary>
    public static ReadOnlySpan<byte> Utf8(this JsonElement text)
    {
        var raw = text.Raw()[1..^1];
        if (raw.IndexOf((byte)'\\') < 0)
            return raw;

        try
        {
            return Encoding.UTF8.GetBytes(text.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped.
            return [];
        }
    }

    private static JsonElement If(this JsonElement element, JsonValueKind kind) => element.ValueKind == kind ? element : default;
}
