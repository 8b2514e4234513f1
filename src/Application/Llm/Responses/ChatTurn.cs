using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>The first choice of a chat answer or of a chunk: pieces of the JSON that it was read from, each with its quotes or brackets.</summary>
internal readonly ref struct ChatChoice
{
    /// <summary>The message or the delta; empty where there is none.</summary>
    public ReadOnlySpan<byte> Turn { get; private init; }

    /// <summary>The array <c>logprobs.content</c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Logprobs { get; private init; }

    public string? FinishReason { get; private init; }

    /// <param name="json">A whole answer or chunk.</param>
    /// <param name="turnName"><c>message</c> or <c>delta</c>.</param>
    public static ChatChoice Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> turnName)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isChoices = reader.ValueTextEquals("choices"u8);
            reader.Read();
            if (isChoices && reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                return ReadChoice(ref reader, json, turnName);
            if (!isChoices)
                reader.Skip();
        }

        return default;
    }

    private static ChatChoice ReadChoice(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadOnlySpan<byte> turnName)
    {
        ReadOnlySpan<byte> turn = default, logprobs = default;
        string? finishReason = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(turnName))
            {
                turn = reader.ReadRaw(json, JsonTokenType.StartObject);
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                finishReason = FinishReasons.Read(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("logprobs"u8))
            {
                logprobs = ReadLogprobs(reader.ReadRaw(json, JsonTokenType.StartObject));
            }
            else
            {
                reader.Skip();
            }
        }

        return new ChatChoice { Turn = turn, Logprobs = logprobs, FinishReason = finishReason };
    }

    private static ReadOnlySpan<byte> ReadLogprobs(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return default;

        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
                return reader.ReadRaw(json, JsonTokenType.StartArray);
            reader.Skip();
        }

        return default;
    }
}

/// <summary>What an assistant's message or a delta of it says, in pieces of its JSON; empty where it says nothing.</summary>
internal readonly ref struct ChatTurn
{
    public ReadOnlySpan<byte> Reasoning { get; private init; }

    public ReadOnlySpan<byte> ThinkingBlocks { get; private init; }

    /// <summary>A string, or an array of parts.</summary>
    public ReadOnlySpan<byte> Content { get; private init; }

    public ReadOnlySpan<byte> Refusal { get; private init; }

    public ReadOnlySpan<byte> ToolCalls { get; private init; }

    public static ChatTurn Read(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> reasoning = default, blocks = default, content = default, refusal = default, calls = default;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                content = reader.ReadRaw(json, JsonTokenType.String, JsonTokenType.StartArray);
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                calls = reader.ReadRaw(json, JsonTokenType.StartArray);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
            {
                // Some servers send the same under both names.
                var text = reader.ReadRaw(json, JsonTokenType.String);
                if (!text.IsEmpty)
                    reasoning = text;
            }
            else if (reader.ValueTextEquals("thinking_blocks"u8))
            {
                blocks = reader.ReadRaw(json, JsonTokenType.StartArray);
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                refusal = reader.ReadRaw(json, JsonTokenType.String);
            }
            else
            {
                reader.Skip();
            }
        }

        return new ChatTurn { Reasoning = reasoning, ThinkingBlocks = blocks, Content = content, Refusal = refusal, ToolCalls = calls };
    }
}

/// <summary>One entry of <c>tool_calls</c>: a whole call, or in a stream a piece of one.</summary>
internal readonly ref struct ChatToolCall
{
    /// <summary>Null where the server numbers none.</summary>
    public int? Index { get; private init; }

    public ReadOnlySpan<byte> Id { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>A string; some servers send the object itself.</summary>
    public ReadOnlySpan<byte> Arguments { get; private init; }

    /// <param name="reader">Stands on the start of the entry's object, and at last on its end.</param>
    public static ChatToolCall Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        int? index = null;
        ReadOnlySpan<byte> id = default, name = default, arguments = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                    index = number;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = reader.ReadRaw(json, JsonTokenType.String);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                    ReadFunction(ref reader, json, ref name, ref arguments);
                else
                    reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return new ChatToolCall { Index = index, Id = id.TextOf(), Name = name.TextOf(), Arguments = arguments };
    }

    private static void ReadFunction(
        scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref ReadOnlySpan<byte> name, ref ReadOnlySpan<byte> arguments)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
                name = reader.ReadRaw(json, JsonTokenType.String);
            else if (reader.ValueTextEquals("arguments"u8))
                arguments = reader.ReadRaw(json, JsonTokenType.String, JsonTokenType.StartObject);
            else
                reader.Skip();
        }
    }
}

/// <summary>Cutting pieces out of JSON without taking them apart.</summary>
internal static class RawJson
{
    /// <summary>Reads the next value, and gives it as it stands where it is of one of these kinds; else nothing.</summary>
    public static ReadOnlySpan<byte> ReadRaw(this scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, params scoped ReadOnlySpan<JsonTokenType> kinds)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var wanted = kinds.Contains(reader.TokenType);
        reader.Skip();
        return wanted ? json[start..(int)reader.BytesConsumed] : default;
    }

    /// <summary>A string's text between its quotes, escaped as it came; empty where it is no string.</summary>
    public static ReadOnlySpan<byte> TextOf(this ReadOnlySpan<byte> raw) => raw.Length > 2 && raw[0] == (byte)'"' ? raw[1..^1] : default;
}
