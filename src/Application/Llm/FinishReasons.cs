using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>Reads a finish reason without a new string for those that every stream has.</summary>
internal static class FinishReasons
{
    public static string? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length is 0 or > 64)
            return null;
        if (reader.ValueTextEquals("stop"u8))
            return "stop";
        if (reader.ValueTextEquals("length"u8))
            return "length";
        if (reader.ValueTextEquals("tool_calls"u8))
            return "tool_calls";

        return reader.ValueIsEscaped ? "other" : reader.GetString();
    }
}
