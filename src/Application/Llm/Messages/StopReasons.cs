namespace SaasLlm.Application.Llm.Messages;

/// <summary>Why the model stopped, in Anthropic's words.</summary>
internal static class StopReasons
{
    /// <param name="finishReason">OpenAI's word for it; null: the model did not say.</param>
    /// <param name="hasCalls">True where tools were called, which some servers call a plain stop.</param>
    public static ReadOnlySpan<byte> Of(string? finishReason, bool hasCalls) => finishReason switch
    {
        "length" => "max_tokens"u8,
        "content_filter" => "refusal"u8,
        _ => hasCalls ? "tool_use"u8 : "end_turn"u8,
    };
}
