using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>
/// A JSON schema as Anthropic's structured outputs take it: objects are closed, and rules that they cannot hold to (bounds,
/// lengths, patterns) move into the description, where the model at least reads them.
/// </summary>
internal static class AnthropicSchema
{
    private static readonly string[] Formats =
        ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

    public static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            json.WriteRawValue(schema.Raw(), skipInputValidation: true);
            return;
        }

        StringBuilder? rules = null;
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            if (!TryWrite(json, member) && member.Name is not ("description" or "additionalProperties" or "$schema"))
                (rules ??= new StringBuilder()).Append(rules.Length == 0 ? "{" : ", ").Append(member.Name).Append(": ").Append(member.Value.GetRawText());
        }

        if (schema.Get("properties"u8).Exists() || schema.Get("type"u8).Is("object"u8))
            json.WriteBoolean("additionalProperties"u8, false);
        WriteDescription(json, schema.Text("description"u8), rules);
        json.WriteEndObject();
    }

    /// <summary>False where the member may not stand in the schema.</summary>
    private static bool TryWrite(Utf8JsonWriter json, JsonProperty member)
    {
        var value = member.Value;
        switch (member.Name)
        {
            case "properties" or "$defs" or "definitions" when value.ValueKind == JsonValueKind.Object:
                json.WriteStartObject(member.Name);
                foreach (var part in value.EnumerateObject())
                {
                    json.WritePropertyName(part.Name);
                    Write(json, part.Value);
                }

                json.WriteEndObject();
                return true;
            case "anyOf" or "oneOf" or "allOf" when value.ValueKind == JsonValueKind.Array:
                json.WriteStartArray(member.Name == "oneOf" ? "anyOf" : member.Name);
                foreach (var part in value.EnumerateArray())
                    Write(json, part);
                json.WriteEndArray();
                return true;
            case "items":
                json.WritePropertyName("items");
                Write(json, value);
                return true;
            case "type" or "enum" or "const" or "$ref" or "title" or "required" or "default":
            case "format" when value.ValueKind == JsonValueKind.String && Formats.Contains(value.GetString()):
            case "minItems" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var least) && least is 0 or 1:
                json.WritePropertyName(member.Name);
                json.WriteRawValue(value.Raw(), skipInputValidation: true);
                return true;
            default:
                return false;
        }
    }

    private static void WriteDescription(Utf8JsonWriter json, JsonElement description, StringBuilder? rules)
    {
        if (rules is null)
        {
            if (!description.Exists())
                return;
            json.WritePropertyName("description"u8);
            json.WriteRawValue(description.Raw(), skipInputValidation: true);
            return;
        }

        rules.Append('}');
        if (description.Exists())
            rules.Insert(0, "\n\n").Insert(0, Encoding.UTF8.GetString(description.Utf8()));
        json.WriteString("description"u8, rules.ToString());
    }
}
