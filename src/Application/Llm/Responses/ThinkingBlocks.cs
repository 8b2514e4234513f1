using System.Buffers;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// A model's signed thinking, gathered whole or in pieces: a piece of text continues the block before it as long as that has no
/// signature. Blocks are kept as JSON, for they must go back as they came.
/// </summary>
internal sealed class ThinkingBlocks
{
    private readonly ArrayBufferWriter<byte> _blocks = new();
    private readonly ArrayBufferWriter<byte> _text = new();

    /// <param name="json">An array of blocks or of pieces of them.</param>
    public void Add(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                AddBlock(ref reader, json);
            else
                reader.Skip();
        }
    }

    /// <summary>Writes <c>encrypted_content</c>, where there is a block to give back.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        if (_blocks.WrittenCount == 0)
            return;

        output.Write(",\"encrypted_content\":"u8);
        ReasoningItems.WriteEncrypted(output, [(byte)'[', .. _blocks.WrittenSpan, (byte)']']);
    }

    private void AddBlock(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        var isThinking = false;
        ReadOnlySpan<byte> signature = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                isThinking = reader.ReadRaw(json, JsonTokenType.String).TextOf().SequenceEqual("thinking"u8);
            else if (reader.ValueTextEquals("thinking"u8))
                _text.Write(reader.ReadRaw(json, JsonTokenType.String).TextOf());
            else if (reader.ValueTextEquals("signature"u8))
                signature = reader.ReadRaw(json, JsonTokenType.String).TextOf();
            else
                reader.Skip();
        }

        if (isThinking && signature.IsEmpty)
            return;

        if (_blocks.WrittenCount > 0)
            _blocks.Write(","u8);
        if (isThinking)
        {
            _blocks.Write("{\"type\":\"thinking\""u8);
            _blocks.WriteMember("thinking"u8, _text.WrittenSpan);
            _blocks.WriteMember("signature"u8, signature);
            _blocks.Write("}"u8);
            _text.ResetWrittenCount();
        }
        else
        {
            _blocks.Write(json[start..(int)reader.BytesConsumed]);
        }
    }
}
