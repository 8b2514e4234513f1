using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>How much text a model has written: what is delivered is charged, even where the upstream counts nothing.</summary>
internal static class GeneratedText
{
    /// <summary>UTF-8 bytes of the texts in a message or delta (content, reasoning, refusal, tool arguments), read from its start to its end.</summary>
    public static int Measure(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return 0;

        var bytes = 0;
        var depth = reader.CurrentDepth;
        var isText = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                // The same text a second time, in the form that some providers want back.
                if (reader.ValueTextEquals("reasoning_details"u8) || reader.ValueTextEquals("thinking_blocks"u8))
                    reader.Skip();
                else
                    isText = IsText(ref reader);
            }
            else if (isText && reader.TokenType == JsonTokenType.String)
            {
                bytes += UnescapedLength(reader.ValueSpan, reader.ValueIsEscaped);
            }
        }

        return bytes;
    }

    private static bool IsText(ref Utf8JsonReader name) =>
        name.ValueTextEquals("content"u8) || name.ValueTextEquals("arguments"u8) || name.ValueTextEquals("text"u8)
        || name.ValueTextEquals("reasoning_content"u8) || name.ValueTextEquals("reasoning"u8)
        || name.ValueTextEquals("refusal"u8) || name.ValueTextEquals("thinking"u8);

    /// <summary>Bytes of the string once unescaped: providers that escape all but ASCII would else be charged twice over.</summary>
    private static int UnescapedLength(ReadOnlySpan<byte> text, bool escaped)
    {
        if (!escaped)
            return text.Length;

        var bytes = 0;
        while (true)
        {
            var plain = text.IndexOf((byte)'\\');
            if (plain < 0 || plain + 1 >= text.Length)
                return bytes + text.Length;

            bytes += plain;
            text = text[plain..];
            if (text[1] != (byte)'u' || text.Length < 6)
            {
                bytes++;
                text = text[2..];
                continue;
            }

            bytes += text[2..6] switch
            {
                // Each half of a surrogate pair is half of four bytes.
                [(byte)'d' or (byte)'D', >= (byte)'8', ..] => 2,
                [(byte)'0', (byte)'0', < (byte)'8', _] => 1,
                [(byte)'0', < (byte)'8', ..] => 2,
                _ => 3,
            };
            text = text[6..];
        }
    }
}
