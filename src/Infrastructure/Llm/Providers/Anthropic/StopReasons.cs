using System.Text.Json;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>Why the model stopped, in OpenAI's words.</summary>
internal static class StopReasons
{
    /// <param name="reader">On the <c>stop_reason</c>; not a null.</param>
    /// <param name="answered">True where the only tool called was the one that stands for the answer.</param>
    public static string ToFinishReason(ref Utf8JsonReader reader, bool answered)
    {
        if (reader.TokenType != JsonTokenType.String)
            return "stop";
        if (reader.ValueTextEquals("tool_use"u8))
            return answered ? "stop" : "tool_calls";
        if (reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("model_context_window_exceeded"u8))
            return "length";

        // The rest ends a turn in one way or other: end_turn, stop_sequence, pause_turn.
        return reader.ValueTextEquals("refusal"u8) ? "content_filter" : "stop";
    }
}
