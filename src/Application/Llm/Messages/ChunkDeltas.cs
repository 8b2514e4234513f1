using System.Text.Json;

namespace SaasLlm.Application.Llm.Messages;

/// <summary>What a chunk adds to an answer, and the sort of block that it belongs to.</summary>
internal enum DeltaKind
{
    None,
    Text,
    Thinking,
    ThinkingBlocks,
    Tool,
}

/// <summary>Reads what a chunk's first choice adds, member by member, without copying.</summary>
internal ref struct ChunkDeltas
{
    private readonly ReadOnlySpan<byte> _chunk;
    private Utf8JsonReader _reader;
    private int _deltaDepth;
    private bool _hasReasoning;

    public ChunkDeltas(ReadOnlySpan<byte> chunk)
    {
        _chunk = chunk;
        _reader = new Utf8JsonReader(chunk);
        _reader.Read();
    }

    /// <summary>Complete when <see cref="Next"/> has given false.</summary>
    public string? FinishReason { get; private set; }

    /// <param name="value">A string with its quotes, or an array.</param>
    /// <returns>False at the chunk's end.</returns>
    public bool Next(out DeltaKind kind, out ReadOnlySpan<byte> value)
    {
        while (_reader.Read())
        {
            if (_reader.TokenType != JsonTokenType.PropertyName)
                continue;

            if (_deltaDepth > 0 && _reader.CurrentDepth == _deltaDepth)
            {
                kind = TakeMember(out value);
                if (kind != DeltaKind.None)
                    return true;
            }
            else
            {
                Enter();
            }
        }

        kind = DeltaKind.None;
        value = default;
        return false;
    }

    /// <summary>The string that follows, with its quotes; empty where it is none, or empty itself.</summary>
    public static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var isText = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
        reader.Skip();
        return isText ? json[start..(int)reader.BytesConsumed] : default;
    }

    /// <summary>Goes down into choices and their delta; passes over all else.</summary>
    private void Enter()
    {
        if (_reader.ValueTextEquals("choices"u8))
            return;

        if (_reader.ValueTextEquals("delta"u8))
        {
            _deltaDepth = _reader.CurrentDepth + 1;
        }
        else if (_reader.ValueTextEquals("finish_reason"u8))
        {
            _reader.Read();
            FinishReason = FinishReasons.Read(ref _reader) ?? FinishReason;
            _reader.Skip();
        }
        else
        {
            _reader.Skip();
        }
    }

    private DeltaKind TakeMember(out ReadOnlySpan<byte> value)
    {
        value = default;
        var kind = _reader.ValueTextEquals("content"u8) || _reader.ValueTextEquals("refusal"u8) ? DeltaKind.Text
            : _reader.ValueTextEquals("reasoning_content"u8) || _reader.ValueTextEquals("reasoning"u8) ? DeltaKind.Thinking
            : _reader.ValueTextEquals("thinking_blocks"u8) ? DeltaKind.ThinkingBlocks
            : _reader.ValueTextEquals("tool_calls"u8) ? DeltaKind.Tool
            : DeltaKind.None;
        if (kind is DeltaKind.Text or DeltaKind.Thinking)
        {
            value = Text(ref _reader, _chunk);
            // Some servers send it under both names.
            var isRepeated = kind == DeltaKind.Thinking && _hasReasoning;
            _hasReasoning |= kind == DeltaKind.Thinking;
            return value.Length > 0 && !isRepeated ? kind : DeltaKind.None;
        }

        _reader.Read();
        var start = (int)_reader.TokenStartIndex;
        var isArray = _reader.TokenType == JsonTokenType.StartArray;
        _reader.Skip();
        if (!isArray)
            return DeltaKind.None;

        value = _chunk[start..(int)_reader.BytesConsumed];
        return kind;
    }
}

/// <summary>A piece of a tool call; strings with their quotes, empty where they are not given.</summary>
internal readonly ref struct CallDelta
{
    public int Index { get; private init; }

    public ReadOnlySpan<byte> Id { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    public ReadOnlySpan<byte> Arguments { get; private init; }

    /// <param name="reader">On the call's start; left on its end.</param>
    public static CallDelta Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> calls)
    {
        var index = 0;
        ReadOnlySpan<byte> id = default, name = default, arguments = default;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.ValueTextEquals("function"u8))
                continue;

            if (reader.ValueTextEquals("id"u8))
                id = ChunkDeltas.Text(ref reader, calls);
            else if (reader.ValueTextEquals("name"u8))
                name = ChunkDeltas.Text(ref reader, calls);
            else if (reader.ValueTextEquals("arguments"u8))
                arguments = ChunkDeltas.Text(ref reader, calls);
            else if (reader.ValueTextEquals("index"u8) && reader.Read() && reader.TokenType == JsonTokenType.Number)
                reader.TryGetInt32(out index);
            else
                reader.Skip();
        }

        return new CallDelta { Index = index, Id = id, Name = name, Arguments = arguments };
    }
}
