using System.Text.Json;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Llm;

/// <summary>Reads the <c>usage</c> object of an upstream, in the spellings that providers use, and mends what cannot be.</summary>
internal static class ReportedUsage
{
    /// <summary>
    /// Reads from the object's start to its end. Null where nothing was counted: an answer cannot have cost no tokens at all, and
    /// some servers send zeros instead of leaving the object out.
    /// </summary>
    public static TokenUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long prompt = 0, completion = 0, total = 0, cached = 0, written = 0, reasoning = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
                prompt = ReadCount(ref reader);
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
                completion = ReadCount(ref reader);
            else if (reader.ValueTextEquals("total_tokens"u8))
                total = ReadCount(ref reader);
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8))
                cached = Math.Max(cached, ReadCount(ref reader));
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8))
                ReadPromptDetails(ref reader, ref cached, ref written);
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
                reasoning = ReadDetail(ref reader, "reasoning_tokens"u8);
            else
                reader.Skip();
        }

        // Some providers leave reasoning out of completion_tokens and only add it to the total.
        if (reasoning > 0 && total == prompt + completion + reasoning)
            completion += reasoning;

        return prompt + completion == 0
            ? null
            : new TokenUsage(Clamp(prompt), Clamp(completion), Clamp(Math.Min(cached, prompt)), Clamp(Math.Min(reasoning, completion)), Clamp(Math.Clamp(prompt - cached, 0, written)));
    }

    private static int Clamp(long tokens) => (int)Math.Min(tokens, int.MaxValue / 2);

    private static void ReadPromptDetails(ref Utf8JsonReader reader, ref long cached, ref long written)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
                cached = Math.Max(cached, ReadCount(ref reader));
            else if (reader.ValueTextEquals("cache_creation_tokens"u8))
                written = ReadCount(ref reader);
            else
                reader.Skip();
        }
    }

    private static long ReadDetail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return 0;
        }

        var count = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
                count = ReadCount(ref reader);
            else
                reader.Skip();
        }

        return count;
    }

    /// <summary>A whole number from zero up, also where it is written as <c>12.0</c>; anything else is zero.</summary>
    private static long ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
        {
            reader.Skip();
            return 0;
        }

        if (reader.TryGetInt64(out var count))
            return Math.Clamp(count, 0, int.MaxValue);
        return reader.TryGetDouble(out var number) && number is > 0 and < int.MaxValue ? (long)number : 0;
    }
}
