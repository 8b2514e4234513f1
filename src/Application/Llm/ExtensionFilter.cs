using System.Buffers;
using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>Takes Anthropic's extensions out of messages and tools.</summary>
internal static class ExtensionFilter
{
    // Depths of the members' names, counted from the array that is filtered.
    private const int ItemDepth = 2;
    private const int PartDepth = 4;

    /// <summary>Copies a member of a chat request (name and value): messages and tools without extensions, all others as they are.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> member)
    {
        var name = new Utf8JsonReader(member, isFinalBlock: false, default);
        name.Read();
        var isMessages = name.ValueTextEquals("messages"u8);
        if (!isMessages && !name.ValueTextEquals("tools"u8))
        {
            output.Write(member);
            return;
        }

        var valueStart = (int)name.BytesConsumed;
        valueStart += member[valueStart..].IndexOf((byte)':') + 1;
        output.Write(member[..valueStart]);
        WriteArray(output, member[valueStart..], isMessages);
    }

    private static void WriteArray(IBufferWriter<byte> output, ReadOnlySpan<byte> array, bool isMessages)
    {
        var reader = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = ChatRequest.MaxDepth });
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !IsExtension(ref reader, isMessages))
                continue;

            var (start, before) = ((int)reader.TokenStartIndex, copied);
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            Cut(array, before, ref start, ref end);
            output.Write(array[before..start]);
            copied = end;
        }

        output.Write(array[copied..]);
    }

    private static bool IsExtension(ref Utf8JsonReader name, bool isMessages) => name.CurrentDepth switch
    {
        ItemDepth => name.ValueTextEquals("cache_control"u8)
            || (isMessages && (name.ValueTextEquals("thinking_blocks"u8) || name.ValueTextEquals("is_error"u8))),
        PartDepth => isMessages && name.ValueTextEquals("cache_control"u8),
        _ => false,
    };

    /// <summary>Widens the cut by one comma: that before the member, or behind it where it is the first that is left.</summary>
    /// <param name="from">What is before it has been copied or cut already.</param>
    private static void Cut(ReadOnlySpan<byte> array, int from, ref int start, ref int end)
    {
        var before = array[from..start].TrimEnd(" \t\r\n"u8);
        if (before.EndsWith(","u8))
        {
            start = from + before.Length - 1;
            return;
        }

        var behind = array[end..].TrimStart(" \t\r\n"u8);
        if (behind.StartsWith(","u8))
            end = array.Length - behind.Length + 1;
    }
}
