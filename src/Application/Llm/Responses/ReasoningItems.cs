using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// Reasoning that goes back to the model that did it. Blocks that their provider has signed (Anthropic's) must come back as they
/// were; <c>encrypted_content</c>, which clients return without looking into it, carries them. They are encoded, not encrypted:
/// all that is in them is the caller's own answer.
/// </summary>
internal static class ReasoningItems
{
    private static ReadOnlySpan<byte> Prefix => "thinking."u8;

    /// <summary>Writes the members of an assistant's message that hold its reasoning; none where there is none.</summary>
    public static void WriteToChat(List<JsonElement> items, Utf8JsonWriter chat)
    {
        if (items.Count == 0)
            return;

        var text = new StringBuilder();
        foreach (var item in items)
        {
            if (!AppendTexts(item, "content"u8, text))
                AppendTexts(item, "summary"u8, text);
        }

        if (text.Length > 0)
            chat.WriteString("reasoning_content"u8, text.ToString());
        WriteBlocks(items, chat);
    }

    /// <summary>Writes the blocks, a JSON array, as the string that <c>encrypted_content</c> holds, quotes included.</summary>
    public static void WriteEncrypted(IBufferWriter<byte> output, ReadOnlySpan<byte> blocks)
    {
        output.Write("\""u8);
        output.Write(Prefix);
        output.Advance(Base64Url.EncodeToUtf8(blocks, output.GetSpan(Base64Url.GetEncodedLength(blocks.Length))));
        output.Write("\""u8);
    }

    private static bool AppendTexts(JsonElement item, ReadOnlySpan<byte> name, StringBuilder text)
    {
        var found = false;
        if (!item.TryGet(name, out var parts))
            return found;

        foreach (var part in parts.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || !part.TryGetText("text"u8, out var value))
                continue;
            if (text.Length > 0)
                text.Append("\n\n");
            text.Append(value.GetString());
            found = true;
        }

        return found;
    }

    private static void WriteBlocks(List<JsonElement> items, Utf8JsonWriter chat)
    {
        var any = false;
        foreach (var item in items)
        {
            using var blocks = ReadEncrypted(item);
            if (blocks is null)
                continue;
            if (!any)
                chat.WriteStartArray("thinking_blocks"u8);
            any = true;
            foreach (var block in blocks.RootElement.EnumerateArray())
                chat.WriteRaw(block);
        }

        if (any)
            chat.WriteEndArray();
    }

    /// <summary>Null where it is none of this service's, as what another provider has encrypted.</summary>
    private static JsonDocument? ReadEncrypted(JsonElement item)
    {
        if (!item.TryGetText("encrypted_content"u8, out var encrypted) || encrypted.GetString() is not { } text
            || !text.StartsWith("thinking.", StringComparison.Ordinal))
            return null;

        try
        {
            var blocks = JsonDocument.Parse(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)));
            if (blocks.RootElement.ValueKind == JsonValueKind.Array)
                return blocks;
            blocks.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}
