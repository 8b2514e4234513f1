using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>A tool's arguments: JSON in a string in a chat, an object in Anthropic's form.</summary>
public static class ToolArguments
{
    /// <summary>The member that holds what a model wrote and is no JSON, as Anthropic's documentation advises.</summary>
    public static ReadOnlySpan<byte> Invalid => "INVALID_JSON"u8;

    /// <summary>Writes the text as an object: an empty one where there is none, and a wrapped one where it is no object.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> arguments)
    {
        if (AreObject(arguments))
        {
            json.WriteRawValue(arguments, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        if (arguments.Trim(" \t\r\n"u8).Length > 0)
            json.WriteString(Invalid, arguments);
        json.WriteEndObject();
    }

    private static bool AreObject(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;

            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
