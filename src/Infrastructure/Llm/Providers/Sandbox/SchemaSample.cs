using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>
/// Writes a small JSON value that fits a schema: types, enum, const, required, bounds, formats, nested and recursive schemas.
/// <c>pattern</c>, <c>not</c> and <c>if</c> are not fitted.
/// </summary>
internal sealed class SchemaSample(JsonElement schema)
{
    /// <summary>Below this depth only what is required is written.</summary>
    private const int FullDepth = 4;

    private const int MaxDepth = 48;
    private const int MaxBytes = 256 * 1024;

    private readonly FlatSchema _schemas = new(schema);

    /// <exception cref="SchemaTooLargeException">The smallest value that fits is too large or nested too deep.</exception>
    public void Write(Utf8JsonWriter writer) => Write(writer, _schemas.Root, depth: 0, variant: 0);

    /// <param name="variant">Tells apart the items of an array that must differ.</param>
    private void Write(Utf8JsonWriter writer, JsonObject schema, int depth, int variant)
    {
        if (depth > MaxDepth || writer.BytesCommitted + writer.BytesPending > MaxBytes)
            throw new SchemaTooLargeException();

        if (schema.TryGetPropertyValue("const", out var constant))
        {
            WriteNode(writer, constant);
        }
        else if (schema["enum"] is JsonArray { Count: > 0 } options)
        {
            WriteNode(writer, options[variant % options.Count]);
        }
        else
        {
            switch (TypeOf(schema))
            {
                case "object":
                    WriteObject(writer, schema, depth);
                    break;
                case "array":
                    WriteArray(writer, schema, depth);
                    break;
                case "integer":
                    writer.WriteNumberValue(NumberFor(schema, isWhole: true, variant));
                    break;
                case "number":
                    writer.WriteNumberValue(NumberFor(schema, isWhole: false, variant));
                    break;
                case "boolean":
                    writer.WriteBooleanValue(true);
                    break;
                case "null":
                    writer.WriteNullValue();
                    break;
                default:
                    writer.WriteStringValue(TextFor(schema, variant));
                    break;
            }
        }
    }

    /// <summary>The first type that is not null, or what the other keywords suggest.</summary>
    private static string TypeOf(JsonObject schema)
    {
        if (schema["type"] is JsonArray types)
            return types.Select(NameOf).FirstOrDefault(type => type is not (null or "null")) ?? "null";
        if (NameOf(schema["type"]) is { } type)
            return type;

        return schema.ContainsKey("properties") || schema["additionalProperties"] is JsonObject || schema.ContainsKey("required") ? "object"
            : schema.ContainsKey("items") || schema.ContainsKey("prefixItems") || schema.ContainsKey("minItems") ? "array"
            : schema.ContainsKey("minimum") || schema.ContainsKey("maximum") || schema.ContainsKey("multipleOf") ? "number"
            : "string";
    }

    private void WriteObject(Utf8JsonWriter writer, JsonObject schema, int depth)
    {
        var properties = schema["properties"] as JsonObject;
        var required = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in schema["required"] as JsonArray ?? [])
        {
            if (NameOf(name) is { } text)
                required.Add(text);
        }

        writer.WriteStartObject();
        foreach (var (name, property) in properties ?? [])
        {
            if (depth >= FullDepth && !required.Contains(name))
                continue;

            writer.WritePropertyName(name);
            Write(writer, Flat(property, depth), depth + 1, variant: 0);
        }

        var additional = schema["additionalProperties"];
        foreach (var name in required)
        {
            if (properties?.ContainsKey(name) == true)
                continue;

            writer.WritePropertyName(name);
            Write(writer, Flat(additional, depth), depth + 1, variant: 0);
        }

        if (additional is JsonObject && properties is null && required.Count == 0 && depth < FullDepth)
        {
            writer.WritePropertyName("sandbox");
            Write(writer, Flat(additional, depth), depth + 1, variant: 0);
        }

        writer.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter writer, JsonObject schema, int depth)
    {
        var leading = schema["prefixItems"] as JsonArray ?? [];
        var least = Math.Max(Count(schema, "minItems") ?? 0, leading.Count);
        var count = Math.Min(Math.Max(least, depth < FullDepth ? 1 : 0), Count(schema, "maxItems") ?? int.MaxValue);
        var mustDiffer = schema["uniqueItems"] is JsonValue unique && unique.TryGetValue<bool>(out var value) && value;

        writer.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            var item = i < leading.Count ? leading[i] : schema["items"];
            Write(writer, Flat(item, depth), depth + 1, mustDiffer ? i : 0);
        }

        writer.WriteEndArray();
    }

    private JsonObject Flat(JsonNode? schema, int depth) => _schemas.Flatten(schema, deep: depth >= FullDepth);

    private static decimal NumberFor(JsonObject schema, bool isWhole, int variant)
    {
        var above = Decimal(schema, "exclusiveMinimum");
        var below = Decimal(schema, "exclusiveMaximum");
        var step = isWhole ? 1m : above is { } a && below is { } b ? (b - a) / 2 : 0.5m;
        var least = Max(Decimal(schema, "minimum"), above + step);
        var most = Min(Decimal(schema, "maximum"), below - step);
        if (isWhole)
        {
            // A whole number just above a fraction, not a whole step above it.
            least = above is { } open ? Max(Decimal(schema, "minimum"), decimal.Floor(open) + 1) : least;
            most = below is { } closed ? Min(Decimal(schema, "maximum"), decimal.Ceiling(closed) - 1) : most;
            least = least is { } low ? decimal.Ceiling(low) : null;
            most = most is { } high ? decimal.Floor(high) : null;
        }

        var number = 1m;
        if (most < number)
            number = most.Value;
        if (least > number)
            number = least.Value;
        number += variant;

        if (Decimal(schema, "multipleOf") is > 0 and var unit)
        {
            number = decimal.Ceiling(number / unit) * unit;
            if (number > most)
                number = decimal.Floor(most.Value / unit) * unit;
        }

        return number;
    }

    private static string TextFor(JsonObject schema, int variant)
    {
        if (NameOf(schema["format"]) is { } format && FormatSample(format) is { } formatted)
            return formatted;

        var text = variant == 0 ? "sandbox" : $"{variant} sandbox";
        var least = Count(schema, "minLength") ?? 0;
        if (least > MaxBytes)
            throw new SchemaTooLargeException();
        if (text.Length < least)
            text = text.PadRight(least, 'x');

        var most = Count(schema, "maxLength") ?? int.MaxValue;
        return text.Length > most ? text[..most] : text;
    }

    private static string? FormatSample(string format) => format switch
    {
        "date" => "2025-01-01",
        "date-time" => "2025-01-01T00:00:00Z",
        "time" => "00:00:00Z",
        "duration" => "P1D",
        "email" => "sandbox@example.com",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "uri" or "url" or "uri-reference" => "https://example.com/sandbox",
        _ => null,
    };

    private static void WriteNode(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is null)
            writer.WriteNullValue();
        else
            node.WriteTo(writer);
    }

    private static string? NameOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static decimal? Decimal(JsonObject schema, string name) =>
        schema[name] is JsonValue value && value.TryGetValue<decimal>(out var number) ? number : null;

    private static int? Count(JsonObject schema, string name) =>
        Decimal(schema, name) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;

    private static decimal? Max(decimal? a, decimal? b) => a is null ? b : b > a ? b : a;

    private static decimal? Min(decimal? a, decimal? b) => a is null ? b : b < a ? b : a;
}
