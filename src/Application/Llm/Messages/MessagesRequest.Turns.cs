using System.Text.Json;

namespace SaasLlm.Application.Llm.Messages;

/// <content>System prompt and turns. One turn of the user may hold results of tools, which are messages of their own in a chat.</content>
internal sealed partial class MessagesRequest
{
    private void WriteMessages()
    {
        var messages = _request.Get("messages"u8);
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            Refuse("messages", "is required: an array with at least one message.");
            return;
        }

        _chat.WriteStartArray("messages"u8);
        if (_request.Get("system"u8) is var system && system.Exists())
            WriteTextMessage("system"u8, system, "system");

        var index = 0;
        foreach (var message in messages.EnumerateArray())
            WriteMessage(message, $"messages[{index++}]");
        _chat.WriteEndArray();
    }

    private void WriteMessage(JsonElement message, string path)
    {
        var role = message.Get("role"u8);
        var content = message.Get("content"u8);
        if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            Refuse(path + ".content", "must be a string or an array of blocks.");
        else if (role.Is("system"u8))
            WriteTextMessage("system"u8, content, path + ".content");
        else if (role.Is("user"u8))
            WriteUser(content, path);
        else if (role.Is("assistant"u8))
            WriteAssistant(content, path);
        else
            Refuse(path + ".role", "must be user or assistant.");
    }

    private void WriteTextMessage(ReadOnlySpan<byte> role, JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                if (!block.Get("type"u8).Is("text"u8))
                    Refuse(path, "must be a string or an array of text blocks.");
            }
        }
        else if (content.ValueKind != JsonValueKind.String)
        {
            Refuse(path, "must be a string or an array of text blocks.");
        }

        BeginMessage(role);
        WriteContent(content, path);
        _chat.WriteEndObject();
    }

    /// <summary>Results come first: they must follow the calls, and this API wants them first as well.</summary>
    private void WriteUser(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            WriteTextMessage("user"u8, content, path + ".content");
            return;
        }

        var count = content.GetArrayLength();
        var results = 0;
        var index = 0;
        foreach (var block in content.EnumerateArray())
        {
            if (block.Get("type"u8).Is("tool_result"u8))
            {
                WriteToolResult(block, $"{path}.content[{index}]");
                results++;
            }

            index++;
        }

        if (count == 0)
            Refuse(path + ".content", "must not be empty.");
        if (results == count)
            return;

        BeginMessage("user"u8);
        WriteContent(content, path + ".content");
        _chat.WriteEndObject();
    }

    private void WriteToolResult(JsonElement block, string path)
    {
        var id = block.Text("tool_use_id"u8);
        if (!id.Exists())
            Refuse(path + ".tool_use_id", "is required.");

        BeginMessage("tool"u8);
        Copy("tool_call_id"u8, id);
        var content = block.Get("content"u8);
        if (content.ValueKind is JsonValueKind.String or JsonValueKind.Array)
            WriteContent(content, path + ".content");
        else
            _chat.WriteString("content"u8, ""u8);
        if (block.Get("is_error"u8).IsTrue())
            _chat.WriteBoolean("is_error"u8, true);
        Copy("cache_control"u8, block.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void WriteAssistant(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            WriteTextMessage("assistant"u8, content, path + ".content");
            return;
        }

        var (texts, thoughts, calls) = (0, 0, 0);
        var index = 0;
        foreach (var block in content.EnumerateArray())
        {
            var type = block.Get("type"u8);
            if (type.Is("text"u8))
                texts++;
            else if (IsThought(type))
                thoughts++;
            else if (type.Is("tool_use"u8))
                calls++;
            else
                Refuse($"{path}.content[{index}].type", "must be text, thinking, redacted_thinking or tool_use.");
            index++;
        }

        BeginMessage("assistant"u8);
        if (texts > 0)
            WriteContent(content, path + ".content");
        else if (calls > 0)
            _chat.WriteNull("content"u8);
        else
            _chat.WriteString("content"u8, ""u8);
        if (thoughts > 0)
            WriteThoughts(content);
        if (calls > 0)
            WriteToolCalls(content, path);
        _chat.WriteEndObject();
    }

    private static bool IsThought(JsonElement type) => type.Is("thinking"u8) || type.Is("redacted_thinking"u8);

    private void WriteThoughts(JsonElement content)
    {
        _chat.WriteStartArray("thinking_blocks"u8);
        foreach (var block in content.EnumerateArray())
        {
            if (IsThought(block.Get("type"u8)))
                _chat.WriteRawValue(block.Raw(), skipInputValidation: true);
        }

        _chat.WriteEndArray();
    }

    private void WriteToolCalls(JsonElement content, string path)
    {
        _chat.WriteStartArray("tool_calls"u8);
        var index = 0;
        foreach (var block in content.EnumerateArray())
        {
            if (block.Get("type"u8).Is("tool_use"u8))
                WriteToolCall(block, $"{path}.content[{index}]");
            index++;
        }

        _chat.WriteEndArray();
    }

    private void WriteToolCall(JsonElement block, string path)
    {
        var input = block.Object("input"u8);
        if (!block.Text("id"u8).Exists())
            Refuse(path + ".id", "is required.");
        if (!block.Text("name"u8).Exists())
            Refuse(path + ".name", "is required.");
        if (!input.Exists())
            Refuse(path + ".input", "is required: an object.");

        _chat.WriteStartObject();
        Copy("id"u8, block.Text("id"u8));
        _chat.WriteString("type"u8, "function"u8);
        _chat.WriteStartObject("function"u8);
        Copy("name"u8, block.Text("name"u8));
        _chat.WriteString("arguments"u8, input.Exists() ? input.Raw() : "{}"u8);
        _chat.WriteEndObject();
        Copy("cache_control"u8, block.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void BeginMessage(ReadOnlySpan<byte> role)
    {
        _chat.WriteStartObject();
        _chat.WriteString("role"u8, role);
    }
}
