using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Says of some .NET types what their JSON really is, where the exporter cannot know.</summary>
internal sealed class JsonSchemas : IOpenApiSchemaTransformer
{
    private const string Decimal = "decimal";

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var declared = context.JsonTypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var orNull = type == declared ? default : JsonSchemaType.Null;

        if (type == typeof(decimal))
        {
            // Amounts go through a converter of our own, which the exporter takes for "anything".
            schema.Type = JsonSchemaType.Number | orNull;
            schema.Format = Decimal;
        }
        else if (type == typeof(JsonElement))
        {
            schema.Type = JsonSchemaType.Object | orNull;
            schema.AdditionalPropertiesAllowed = true;
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Enum = [.. Enum.GetNames(type).Select(name => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(name))];
        }

        var itemType = context.JsonTypeInfo.Kind == JsonTypeInfoKind.Enumerable ? context.JsonTypeInfo.ElementType : null;

        // The schema of such an element is "anything" too, and an array without items is refused by client generators.
        if (itemType == typeof(JsonElement))
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.Object };
        else if (itemType == typeof(decimal))
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.Number, Format = Decimal };

        foreach (var property in context.JsonTypeInfo.Properties)
        {
            if (MayBeLeftOut(property))
                schema.Required?.Remove(property.Name);
        }

        return Task.CompletedTask;
    }

    private static bool MayBeLeftOut(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: not JsonIgnoreCondition.Never }];
}
