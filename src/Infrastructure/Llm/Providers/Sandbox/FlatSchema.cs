using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>Resolves what a JSON schema says in a roundabout way ($ref, allOf, anyOf, oneOf) into one plain object schema.</summary>
internal sealed class FlatSchema
{
    private const int MaxSteps = 64;

    private readonly JsonNode? _root;

    public FlatSchema(JsonElement root) => _root = JsonNode.Parse(root.GetRawText());

    public JsonObject Root => Flatten(_root, deep: false);

    /// <param name="deep">True: prefer an alternative that does not nest further, so that recursive schemas come to an end.</param>
    public JsonObject Flatten(JsonNode? schema, bool deep) => Flatten(schema, deep, MaxSteps);

    private JsonObject Flatten(JsonNode? schema, bool deep, int steps)
    {
        // true, false and broken schemas say nothing that could be fitted.
        if (schema is not JsonObject source || steps == 0)
            return [];

        var flat = new JsonObject();
        foreach (var (name, value) in source)
        {
            if (name is not ("$ref" or "allOf" or "anyOf" or "oneOf"))
                flat[name] = value?.DeepClone();
        }

        if (source["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var pointer))
            Merge(flat, Flatten(Find(pointer), deep, steps - 1));
        if (source["allOf"] is JsonArray all)
        {
            foreach (var part in all)
                Merge(flat, Flatten(part, deep, steps - 1));
        }

        foreach (var name in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (source[name] is JsonArray { Count: > 0 } options)
                Merge(flat, Choose(options, deep, steps - 1));
        }

        return flat;
    }

    private JsonObject Choose(JsonArray options, bool deep, int steps)
    {
        var first = Flatten(options[0], deep, steps);
        if (!deep || !IsNested(first))
            return first;

        foreach (var option in options.Skip(1))
        {
            var other = Flatten(option, deep, steps);
            if (!IsNested(other))
                return other;
        }

        return first;
    }

    private static bool IsNested(JsonObject schema) => schema.ContainsKey("properties") || schema.ContainsKey("items");

    /// <summary>Adds what the other schema asks for besides: properties and required names together, the stricter of two bounds.</summary>
    private static void Merge(JsonObject target, JsonObject other)
    {
        foreach (var (name, value) in other)
        {
            if (!target.TryGetPropertyValue(name, out var present) || present is null)
                target[name] = value?.DeepClone();
            else if (name == "properties" && present is JsonObject ours && value is JsonObject theirs)
                MergeProperties(ours, theirs);
            else if (name == "required" && present is JsonArray names && value is JsonArray more)
                MergeNames(names, more);
            else if (name is "minimum" or "minLength" or "minItems" or "exclusiveMinimum" && Number(value) > Number(present))
                target[name] = value!.DeepClone();
            else if (name is "maximum" or "maxLength" or "maxItems" or "exclusiveMaximum" && Number(value) < Number(present))
                target[name] = value!.DeepClone();
        }
    }

    private static void MergeProperties(JsonObject ours, JsonObject theirs)
    {
        foreach (var (name, value) in theirs)
        {
            ours[name] = ours.TryGetPropertyValue(name, out var present)
                ? new JsonObject { ["allOf"] = new JsonArray(present?.DeepClone(), value?.DeepClone()) }
                : value?.DeepClone();
        }
    }

    private static void MergeNames(JsonArray names, JsonArray more)
    {
        foreach (var name in more)
        {
            if (!names.Any(known => JsonNode.DeepEquals(known, name)))
                names.Add(name?.DeepClone());
        }
    }

    private static decimal? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<decimal>(out var number) ? number : null;

    /// <summary>What a local pointer (<c>#/$defs/name</c>) means; null where it leads nowhere.</summary>
    private JsonNode? Find(string pointer)
    {
        if (!pointer.StartsWith('#'))
            return null;

        var node = _root;
        foreach (var part in pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node switch
            {
                JsonObject map => map[name],
                JsonArray list when int.TryParse(name, out var index) && index >= 0 && index < list.Count => list[index],
                _ => null,
            };
        }

        return node;
    }
}
