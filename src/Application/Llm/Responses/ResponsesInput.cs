using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// Input items as chat messages. A chat has one assistant message where the items are several (reasoning, text, function calls),
/// so what the assistant did is gathered until somebody else speaks.
/// </summary>
internal sealed class ResponsesInput(Utf8JsonWriter chat)
{
    private readonly List<JsonElement> _reasoning = [];
    private readonly List<(JsonElement Value, string Path)> _content = [];
    private readonly List<JsonElement> _calls = [];

    public Error? Write(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            WriteHead("user"u8);
            chat.WriteRaw("content"u8, input);
            chat.WriteEndObject();
            return null;
        }

        if (input.ValueKind != JsonValueKind.Array)
            return Error.Field("input", "must be a string or an array of items.");
        if (input.GetArrayLength() == 0)
            return Error.Field("input", "must not be empty.");

        var index = 0;
        foreach (var item in input.EnumerateArray())
        {
            if (WriteItem(item, $"input[{index}]") is { } error)
                return error;
            index++;
        }

        return WriteAssistant();
    }

    private Error? WriteItem(JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return Error.Field(path, "must be an object.");
        if (!item.TryGetText("type"u8, out var type))
            return item.TryGet("role"u8, out _) ? WriteMessage(item, path) : Error.Field($"{path}.type", "is required.");
        if (type.ValueEquals("message"u8))
            return WriteMessage(item, path);
        if (type.ValueEquals("function_call"u8))
            return AddCall(item, path);
        if (type.ValueEquals("function_call_output"u8))
            return WriteCallOutput(item, path);
        if (type.ValueEquals("reasoning"u8))
            return AddReasoning(item, path);

        return Error.Field($"{path}.type", type.ValueEquals("item_reference"u8)
            ? "'item_reference' is not supported: this service keeps no items; send store: false and the item itself."
            : $"'{type.GetString()}' is not supported; items are messages, function calls, their outputs and reasoning.");
    }

    private Error? WriteMessage(JsonElement item, string path)
    {
        if (!item.TryGetText("role"u8, out var role))
            return Error.Field($"{path}.role", "is required.");
        if (!item.TryGet("content"u8, out var content))
            return Error.Field($"{path}.content", "is required.");
        if (role.ValueEquals("assistant"u8))
            return AddContent(content, $"{path}.content");
        if (!role.ValueEquals("user"u8) && !role.ValueEquals("system"u8) && !role.ValueEquals("developer"u8))
            return Error.Field($"{path}.role", "must be user, assistant, system or developer.");

        if (WriteAssistant() is { } error)
            return error;

        chat.WriteStartObject();
        chat.WriteRaw("role"u8, role);
        if (ResponsesContent.Write(content, $"{path}.content", chat) is { } broken)
            return broken;
        chat.WriteEndObject();
        return null;
    }

    private Error? WriteCallOutput(JsonElement item, string path)
    {
        if (!item.TryGetText("call_id"u8, out var callId))
            return Error.Field($"{path}.call_id", "is required.");
        if (!item.TryGet("output"u8, out var output))
            return Error.Field($"{path}.output", "is required.");

        if (WriteAssistant() is { } error)
            return error;

        WriteHead("tool"u8);
        chat.WriteRaw("tool_call_id"u8, callId);
        if (ResponsesContent.Write(output, $"{path}.output", chat) is { } broken)
            return broken;
        chat.WriteEndObject();
        return null;
    }

    private Error? AddContent(JsonElement content, string path)
    {
        if (WriteFinished() is { } error)
            return error;

        _content.Add((content, path));
        return null;
    }

    private Error? AddCall(JsonElement item, string path)
    {
        if (!item.TryGetText("call_id"u8, out _))
            return Error.Field($"{path}.call_id", "is required.");
        if (!item.TryGetText("name"u8, out _))
            return Error.Field($"{path}.name", "is required.");
        if (!item.TryGetText("arguments"u8, out _))
            return Error.Field($"{path}.arguments", "must be a string of JSON.");

        _calls.Add(item);
        return null;
    }

    private Error? AddReasoning(JsonElement item, string path)
    {
        if (item.TryGet("summary"u8, out var summary) && summary.ValueKind != JsonValueKind.Array)
            return Error.Field($"{path}.summary", "must be an array.");
        if (item.TryGet("content"u8, out var content) && content.ValueKind != JsonValueKind.Array)
            return Error.Field($"{path}.content", "must be an array.");

        if (WriteFinished() is { } error)
            return error;

        _reasoning.Add(item);
        return null;
    }

    /// <summary>
    /// Text or reasoning behind a text is another message. Behind calls it belongs to them, since their outputs must follow the
    /// message that made them.
    /// </summary>
    private Error? WriteFinished() => _content.Count > 0 && _calls.Count == 0 ? WriteAssistant() : null;

    /// <summary>Writes what the assistant did, and forgets it. Reasoning that led to nothing is left out: a chat has no message for it.</summary>
    private Error? WriteAssistant()
    {
        if (_content.Count > 0 || _calls.Count > 0)
        {
            WriteHead("assistant"u8);
            if (ResponsesContent.Write(_content, chat) is { } error)
                return error;
            ReasoningItems.WriteToChat(_reasoning, chat);
            WriteCalls();
            chat.WriteEndObject();
        }

        _reasoning.Clear();
        _content.Clear();
        _calls.Clear();
        return null;
    }

    private void WriteCalls()
    {
        if (_calls.Count == 0)
            return;

        chat.WriteStartArray("tool_calls"u8);
        foreach (var call in _calls)
        {
            chat.WriteStartObject();
            chat.WriteRaw("id"u8, call.GetProperty("call_id"u8));
            chat.WriteString("type"u8, "function"u8);
            chat.WriteStartObject("function"u8);
            chat.CopyFrom(call, "name"u8);
            chat.CopyFrom(call, "arguments"u8);
            chat.WriteEndObject();
            chat.WriteEndObject();
        }

        chat.WriteEndArray();
    }

    private void WriteHead(ReadOnlySpan<byte> role)
    {
        chat.WriteStartObject();
        chat.WriteString("role"u8, role);
    }
}
