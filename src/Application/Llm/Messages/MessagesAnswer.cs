using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Messages;

/// <summary>A chat completion as an Anthropic message.</summary>
internal sealed class MessagesAnswer
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonElement _message;
    private readonly Utf8JsonWriter _json;

    private MessagesAnswer(JsonElement message, Utf8JsonWriter json)
    {
        _message = message;
        _json = json;
    }

    public static void Write(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer)
    {
        using var message = JsonDocument.Parse(answer.Message);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        WriteHead(json, head);
        json.WriteStartArray("content"u8);
        new MessagesAnswer(message.RootElement, json).WriteBlocks(out var hasCalls);
        json.WriteEndArray();
        json.WriteString("stop_reason"u8, StopReasons.Of(answer.FinishReason, hasCalls));
        json.WriteNull("stop_sequence"u8);
        MessagesUsage.Write(json, head.Usage);
        json.WriteEndObject();
    }

    public static void WriteHead(Utf8JsonWriter json, in AnswerHead head)
    {
        json.WriteString("id"u8, "msg_" + head.CallId.ToString("N"));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, head.Model);
    }

    private void WriteBlocks(out bool hasCalls)
    {
        WriteThoughts();
        var content = _message.Get("content"u8);
        if (content.ValueKind == JsonValueKind.String)
            WriteText(content);
        else if (content.ValueKind == JsonValueKind.Array)
            WriteTexts(content);
        WriteText(_message.Text("refusal"u8));

        hasCalls = false;
        foreach (var call in Items(_message.Array("tool_calls"u8)))
        {
            WriteCall(call);
            hasCalls = true;
        }
    }

    /// <summary>Blocks as they were signed; of a model that signs nothing, its reasoning in a block without signature.</summary>
    private void WriteThoughts()
    {
        if (_message.Array("thinking_blocks"u8) is { ValueKind: JsonValueKind.Array } blocks)
        {
            foreach (var block in blocks.EnumerateArray())
                _json.WriteRawValue(block.Raw(), skipInputValidation: true);
            return;
        }

        var reasoning = _message.Text("reasoning_content"u8);
        if (!reasoning.Exists())
            reasoning = _message.Text("reasoning"u8);
        if (!reasoning.Exists() || reasoning.IsEmptyText())
            return;

        _json.WriteStartObject();
        _json.WriteString("type"u8, "thinking"u8);
        _json.WritePropertyName("thinking"u8);
        _json.WriteRawValue(reasoning.Raw(), skipInputValidation: true);
        _json.WriteString("signature"u8, ""u8);
        _json.WriteEndObject();
    }

    private void WriteTexts(JsonElement parts)
    {
        foreach (var part in parts.EnumerateArray())
            WriteText(part.Text("text"u8));
    }

    private void WriteText(JsonElement text)
    {
        if (!text.Exists() || text.IsEmptyText())
            return;

        _json.WriteStartObject();
        _json.WriteString("type"u8, "text"u8);
        _json.WritePropertyName("text"u8);
        _json.WriteRawValue(text.Raw(), skipInputValidation: true);
        _json.WriteEndObject();
    }

    private void WriteCall(JsonElement call)
    {
        var function = call.Object("function"u8);
        var arguments = function.Text("arguments"u8);
        _json.WriteStartObject();
        _json.WriteString("type"u8, "tool_use"u8);
        _json.WritePropertyName("id"u8);
        _json.WriteRawValue(call.Text("id"u8) is { ValueKind: JsonValueKind.String } id ? id.Raw() : "\"\""u8, skipInputValidation: true);
        _json.WritePropertyName("name"u8);
        _json.WriteRawValue(function.Text("name"u8) is { ValueKind: JsonValueKind.String } name ? name.Raw() : "\"\""u8, skipInputValidation: true);
        _json.WritePropertyName("input"u8);
        ToolArguments.Write(_json, arguments.Exists() ? arguments.Utf8() : []);
        _json.WriteEndObject();
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement array) => array.Exists() ? array.EnumerateArray() : default;
}
