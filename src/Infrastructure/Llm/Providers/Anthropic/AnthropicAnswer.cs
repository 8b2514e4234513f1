using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>A whole Anthropic message as OpenAI's chat completion.</summary>
internal sealed class AnthropicAnswer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonElement _message;
    private readonly JsonElement _content;
    private readonly Utf8JsonWriter _json;

    private AnthropicAnswer(JsonElement message, Utf8JsonWriter json)
    {
        _message = message;
        _content = message.Array("content"u8);
        _json = json;
    }

    /// <summary>Null where the body is no message.</summary>
    public static ChatAnswer? Read(byte[] body, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.Array("content"u8).Exists())
                return null;

            var output = new ArrayBufferWriter<byte>(body.Length + 256);
            using (var json = new Utf8JsonWriter(output, Options))
                new AnthropicAnswer(document.RootElement, json).Write(output, now);
            return ChatAnswer.Scan(output.WrittenMemory);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(ArrayBufferWriter<byte> output, DateTimeOffset now)
    {
        _json.WriteStartObject();
        Copy("id"u8, _message.Text("id"u8));
        _json.WriteString("object"u8, "chat.completion"u8);
        _json.WriteNumber("created"u8, now.ToUnixTimeSeconds());
        Copy("model"u8, _message.Text("model"u8));
        _json.WriteStartArray("choices"u8);
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, 0);
        WriteMessage(out var answered);
        WriteFinishReason(answered);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WritePropertyName("usage"u8);
        _json.Flush();
        WriteUsage(output);
        output.Write("}"u8);
    }

    private void WriteMessage(out bool answered)
    {
        _json.WriteStartObject("message"u8);
        _json.WriteString("role"u8, "assistant"u8);
        WriteText("content"u8, "text"u8, "text"u8, nullIfNone: true, out answered);
        WriteText("reasoning_content"u8, "thinking"u8, "thinking"u8, nullIfNone: false, out _);
        WriteThinkingBlocks();
        var calls = WriteToolCalls();
        answered &= calls == 0;
        _json.WriteEndObject();
    }

    /// <summary>All texts of one type of block in a single string.</summary>
    private void WriteText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, bool nullIfNone, out bool answered)
    {
        answered = false;
        var any = false;
        foreach (var block in _content.EnumerateArray())
        {
            var isAnswer = nullIfNone && IsAnswer(block);
            var text = isAnswer ? block.Get("input"u8) : block.Get("type"u8).Is(type) ? block.Text(member) : default;
            if (!text.Exists())
                continue;

            answered |= isAnswer;
            if (!any)
                _json.WritePropertyName(name);
            any = true;
            _json.WriteStringValueSegment(isAnswer ? text.Raw() : text.Utf8(), isFinalSegment: false);
        }

        if (any)
            _json.WriteStringValueSegment(ReadOnlySpan<byte>.Empty, isFinalSegment: true);
        else if (nullIfNone)
            _json.WriteNull(name);
    }

    private void WriteThinkingBlocks()
    {
        var any = false;
        foreach (var block in _content.EnumerateArray())
        {
            var type = block.Get("type"u8);
            if (!type.Is("thinking"u8) && !type.Is("redacted_thinking"u8))
                continue;
            if (!any)
                _json.WriteStartArray("thinking_blocks"u8);
            any = true;
            _json.WriteRawValue(block.Raw(), skipInputValidation: true);
        }

        if (any)
            _json.WriteEndArray();
    }

    private int WriteToolCalls()
    {
        var count = 0;
        foreach (var block in _content.EnumerateArray())
        {
            if (!block.Get("type"u8).Is("tool_use"u8) || IsAnswer(block))
                continue;
            if (count++ == 0)
                _json.WriteStartArray("tool_calls"u8);
            _json.WriteStartObject();
            Copy("id"u8, block.Text("id"u8));
            _json.WriteString("type"u8, "function"u8);
            _json.WriteStartObject("function"u8);
            Copy("name"u8, block.Text("name"u8));
            _json.WriteString("arguments"u8, block.Get("input"u8) is { ValueKind: JsonValueKind.Object } input ? input.Raw() : "{}"u8);
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        if (count > 0)
            _json.WriteEndArray();
        return count;
    }

    private static bool IsAnswer(JsonElement block) =>
        block.Get("type"u8).Is("tool_use"u8) && block.Get("name"u8).Is(AnthropicRequest.AnswerTool);

    private void WriteFinishReason(bool answered)
    {
        var reason = _message.Get("stop_reason"u8);
        var reader = new Utf8JsonReader(reason.Exists() ? reason.Raw() : "null"u8);
        reader.Read();
        _json.WriteString("finish_reason"u8, StopReasons.ToFinishReason(ref reader, answered));
    }

    private void WriteUsage(ArrayBufferWriter<byte> output)
    {
        var usage = default(AnthropicUsage);
        if (_message.Object("usage"u8) is { ValueKind: JsonValueKind.Object } reported)
        {
            var reader = new Utf8JsonReader(reported.Raw());
            reader.Read();
            usage.Read(ref reader);
        }

        usage.Write(output);
    }

    private void Copy(ReadOnlySpan<byte> name, JsonElement value)
    {
        if (!value.Exists())
            return;

        _json.WritePropertyName(name);
        _json.WriteRawValue(value.Raw(), skipInputValidation: true);
    }
}
