using System.Text.Json;
using System.Text.Unicode;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Llm;

/// <summary>What one chunk of a stream says that this service needs to know; the chunk itself passes on as it is.</summary>
public readonly struct ChunkFacts
{
    /// <summary>Null where the chunk reports none.</summary>
    public TokenUsage? Usage { get; private init; }

    /// <summary>Null while the model writes on.</summary>
    public string? FinishReason { get; private init; }

    /// <summary>UTF-8 bytes of generated text in this chunk.</summary>
    public int TextBytes { get; private init; }

    /// <summary>True where it is an error report instead of a chunk.</summary>
    public bool IsError { get; private init; }

    /// <summary>False where the chunk is not a JSON object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> chunk, out ChunkFacts facts)
    {
        facts = default;
        if (!Utf8.IsValid(chunk))
            return false;

        try
        {
            var reader = new Utf8JsonReader(chunk);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return false;

            facts = Read(ref reader);
            reader.Read();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ChunkFacts Read(ref Utf8JsonReader reader)
    {
        TokenUsage? usage = null;
        string? finishReason = null;
        var textBytes = 0;
        var isError = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                ReadChoices(ref reader, ref finishReason, ref textBytes);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage = ReportedUsage.Read(ref reader) ?? usage;
            }
            else if (reader.ValueTextEquals("x_groq"u8))
            {
                reader.Read();
                usage ??= ReadNestedUsage(ref reader);
            }
            else
            {
                var error = reader.ValueTextEquals("error"u8);
                reader.Read();
                isError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
                reader.Skip();
            }
        }

        return new ChunkFacts { Usage = usage, FinishReason = finishReason, TextBytes = textBytes, IsError = isError };
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref string? finishReason, ref int textBytes)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;

            if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                textBytes += GeneratedText.Measure(ref reader);
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                finishReason = FinishReasons.Read(ref reader) ?? finishReason;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Groq reports usage in a member of its own.</summary>
    private static TokenUsage? ReadNestedUsage(ref Utf8JsonReader reader)
    {
        TokenUsage? usage = null;
        var depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.CurrentDepth > depth)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (isUsage)
                usage = ReportedUsage.Read(ref reader);
            else
                reader.Skip();
        }

        return usage;
    }
}
