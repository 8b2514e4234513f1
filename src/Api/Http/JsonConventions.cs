using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasLlm.Api.Http;

/// <summary>How JSON looks on every surface: snake_case, nulls left out only where a property says so, decimals without trailing zeros.</summary>
internal static class JsonConventions
{
    /// <summary>Deepest nesting accepted in a request.</summary>
    public const int MaxDepth = 64;

    public static JsonSerializerOptions Options { get; } = Apply(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaxDepth;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new PlainDecimalConverter());
        return options;
    }

    /// <summary>Writes <c>99</c>, not <c>99.000000</c>: the scale of a column is not the caller's business.</summary>
    private sealed class PlainDecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

        // Dividing by a one of the largest scale drops the trailing zeros.
        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
    }
}
