using System.Buffers;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// A model's signed thinking, gathered whole or in pieces. Of a block in pieces the last is its signature; its text comes in the
/// pieces before, or only as the reasoning beside them. Blocks are kept as JSON, for they must go back as they came.
/// </summary>
internal sealed class ThinkingBlocks
{
    private readonly ArrayBufferWriter<byte> _blocks = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private int _reasoningTaken;

    /// <param name="json">An array of blocks or of pieces of them.</param>
    /// <param name="reasoning">All reasoning so far, escaped.</param>
    public void Add(ReadOnlySpan<byte> json, ReadOnlySpan<byte> reasoning)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                AddBlock(ref reader, json, reasoning);
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

    private void AddBlock(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadOnlySpan<byte> reasoning)
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
            _blocks.WriteMember("thinking"u8, _text.WrittenCount > 0 ? _text.WrittenSpan : reasoning[_reasoningTaken..]);
            _blocks.WriteMember("signature"u8, signature);
            _blocks.Write("}"u8);
            _text.ResetWrittenCount();
            _reasoningTaken = reasoning.Length;
        }
        else
        {
            _blocks.Write(json[start..(int)reader.BytesConsumed]);
        }
    }
}
