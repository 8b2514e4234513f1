using System.Text;
using System.Text.Json;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

internal enum EventKind
{
    /// <summary>A ping, or what later versions may add.</summary>
    Other,

    MessageStart,
    BlockStart,
    BlockDelta,
    BlockStop,
    MessageDelta,
    MessageStop,
    Error,
}

/// <summary>Where the parts of an event stand in its data.</summary>
internal readonly ref struct EventParts
{
    public EventKind Kind { get; private init; }

    public Range Message { get; private init; }

    public Range Block { get; private init; }

    public Range Delta { get; private init; }

    public Range Usage { get; private init; }

    /// <exception cref="JsonException">It is no JSON object, or a part that its type needs is missing.</exception>
    public static EventParts Read(ReadOnlySpan<byte> data)
    {
        var kind = EventKind.Other;
        ByteSpan message = default, block = default, delta = default, usage = default;
        var reader = new Utf8JsonReader(data);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An event must be an object.");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8) && reader.Read())
                kind = KindOf(ref reader);
            else if (reader.ValueTextEquals("delta"u8))
                delta = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("content_block"u8))
                block = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("usage"u8))
                usage = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("message"u8))
                message = ByteSpan.Value(ref reader);
            else
                reader.Skip();
        }

        // Throws where something follows the object.
        reader.Read();
        var needed = kind switch
        {
            EventKind.MessageStart => message,
            EventKind.BlockStart => block,
            EventKind.BlockDelta or EventKind.MessageDelta => delta,
            _ => new ByteSpan(0, 1, IsObject: true),
        };
        return needed.IsObject
            ? new EventParts { Kind = kind, Message = message.Range, Block = block.Range, Delta = delta.Range, Usage = usage.Range }
            : throw new JsonException("An event lacks a part.");
    }

    private static EventKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return EventKind.Other;
        }

        return reader.ValueTextEquals("content_block_delta"u8) ? EventKind.BlockDelta
            : reader.ValueTextEquals("content_block_start"u8) ? EventKind.BlockStart
            : reader.ValueTextEquals("content_block_stop"u8) ? EventKind.BlockStop
            : reader.ValueTextEquals("message_start"u8) ? EventKind.MessageStart
            : reader.ValueTextEquals("message_delta"u8) ? EventKind.MessageDelta
            : reader.ValueTextEquals("message_stop"u8) ? EventKind.MessageStop
            : reader.ValueTextEquals("error"u8) ? EventKind.Error
            : EventKind.Other;
    }
}

internal enum BlockKind
{
    Other,
    Text,
    Thinking,
    RedactedThinking,
    Signature,
    Tool,
    Json,
}

/// <summary>Where the strings of a content block, or of a delta of one, stand in its JSON, quotes included.</summary>
internal readonly ref struct BlockParts
{
    public BlockKind Kind { get; private init; }

    public Range Id { get; private init; }

    public Range Name { get; private init; }

    /// <summary>The text, the thought, the signature or the piece of JSON.</summary>
    public Range Content { get; private init; }

    public static BlockParts Read(ReadOnlySpan<byte> block)
    {
        var kind = BlockKind.Other;
        ByteSpan id = default, name = default, content = default;
        var reader = new Utf8JsonReader(block);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8) && reader.Read())
                kind = KindOf(ref reader);
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("partial_json"u8)
                || reader.ValueTextEquals("thinking"u8) || reader.ValueTextEquals("signature"u8))
                content = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                id = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("name"u8))
                name = ByteSpan.Value(ref reader);
            else
                reader.Skip();
        }

        return new BlockParts { Kind = kind, Id = id.Range, Name = name.Range, Content = content.Range };
    }

    private static BlockKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return BlockKind.Other;
        }

        return reader.ValueTextEquals("text_delta"u8) || reader.ValueTextEquals("text"u8) ? BlockKind.Text
            : reader.ValueTextEquals("input_json_delta"u8) ? BlockKind.Json
            : reader.ValueTextEquals("thinking_delta"u8) || reader.ValueTextEquals("thinking"u8) ? BlockKind.Thinking
            : reader.ValueTextEquals("signature_delta"u8) ? BlockKind.Signature
            : reader.ValueTextEquals("tool_use"u8) ? BlockKind.Tool
            : reader.ValueTextEquals("redacted_thinking"u8) ? BlockKind.RedactedThinking
            : BlockKind.Other;
    }
}

/// <summary>Where a value stands.</summary>
internal readonly record struct ByteSpan(int Start, int End, bool IsObject)
{
    public Range Range => Start..End;

    /// <param name="reader">On the member's name; left on the value's end.</param>
    public static ByteSpan Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        return new ByteSpan(start, (int)reader.BytesConsumed, isObject);
    }

    /// <summary>The value as JSON; an empty string where there is none.</summary>
    public string Text(ReadOnlySpan<byte> json) => End == 0 ? "\"\"" : Encoding.UTF8.GetString(json[Range]);
}
