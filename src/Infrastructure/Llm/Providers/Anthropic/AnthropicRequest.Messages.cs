using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <content>System prompt and turns.</content>
internal sealed partial class AnthropicRequest
{
    private const string JsonInstruction = "Answer with one valid JSON object and nothing else: no text around it, no code fence.";

    private static bool IsSystem(JsonElement message) => message.Get("role"u8).Is("system"u8) || message.Get("role"u8).Is("developer"u8);

    /// <summary>All system messages, wherever they stand: most models take none between turns.</summary>
    private void WriteSystem()
    {
        var wantsJson = _format.Get("type"u8).Is("json_object"u8);
        var count = wantsJson ? 1 : 0;
        JsonElement only = default;
        foreach (var message in _messages.EnumerateArray())
        {
            if (!IsSystem(message))
                continue;
            only = message;
            count++;
        }

        if (count == 0)
            return;

        _json.WritePropertyName("system"u8);
        if (count == 1 && only.Exists() && only.Get("content"u8).ValueKind == JsonValueKind.String && !only.Get("cache_control"u8).Exists())
        {
            Copy(only.Get("content"u8));
            return;
        }

        _json.WriteStartArray();
        var index = 0;
        foreach (var message in _messages.EnumerateArray())
        {
            if (IsSystem(message))
                WriteBlocks(message, index);
            index++;
        }

        if (wantsJson)
            WriteTextBlock(JsonInstruction);
        _json.WriteEndArray();
    }

    /// <summary>Results of tools that were called together, and what the user says after them, are one turn.</summary>
    private void WriteMessages()
    {
        _json.WriteStartArray("messages"u8);
        var inResults = false;
        var index = 0;
        foreach (var message in _messages.EnumerateArray())
        {
            var role = message.Get("role"u8);
            if (role.Is("tool"u8))
            {
                if (!inResults)
                    BeginTurn("user"u8);
                inResults = true;
                WriteToolResult(message, index);
            }
            else if (role.Is("function"u8))
            {
                Refuse($"messages[{index}].role: this model takes results of functions as messages of the role tool.");
            }
            else if (!IsSystem(message))
            {
                WriteTurn(message, index, ref inResults);
            }

            index++;
        }

        if (inResults)
            EndTurn();
        _json.WriteEndArray();
    }

    private void WriteTurn(JsonElement message, int index, ref bool inResults)
    {
        var isUser = message.Get("role"u8).Is("user"u8);
        if (inResults && isUser)
        {
            WriteBlocks(message, index);
            EndTurn();
            inResults = false;
            return;
        }

        if (inResults)
            EndTurn();
        inResults = false;
        if (!isUser)
        {
            WriteAssistant(message, index);
            return;
        }

        if (WriteTextTurn("user"u8, message))
            return;
        BeginTurn("user"u8);
        WriteBlocks(message, index);
        EndTurn();
    }

    private void WriteAssistant(JsonElement message, int index)
    {
        var thinking = message.Array("thinking_blocks"u8);
        var calls = message.Array("tool_calls"u8);
        if (message.Get("function_call"u8).Exists())
            Refuse($"messages[{index}].function_call: this model takes calls of functions as tool_calls.");
        if (message.Get("audio"u8).Exists())
            Refuse($"messages[{index}].audio: this model does not speak.");
        if (!thinking.Exists() && !calls.Exists() && WriteTextTurn("assistant"u8, message))
            return;

        BeginTurn("assistant"u8);
        if (thinking.Exists())
            WriteThinkingBlocks(thinking);
        WriteBlocks(message, index);
        if (calls.Exists())
            WriteToolCalls(calls, index);
        EndTurn();
    }

    /// <summary>A turn of plain text stays a string.</summary>
    private bool WriteTextTurn(ReadOnlySpan<byte> role, JsonElement message)
    {
        var text = message.Text("content"u8);
        if (!text.Exists() || message.Get("cache_control"u8).Exists())
            return false;

        _json.WriteStartObject();
        _json.WriteString("role"u8, role);
        Copy("content"u8, text);
        _json.WriteEndObject();
        return true;
    }

    private void BeginTurn(ReadOnlySpan<byte> role)
    {
        _json.WriteStartObject();
        _json.WriteString("role"u8, role);
        _json.WriteStartArray("content"u8);
    }

    private void EndTurn()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Only what is signed may be given back.</summary>
    private void WriteThinkingBlocks(JsonElement blocks)
    {
        foreach (var block in blocks.EnumerateArray())
        {
            var isSigned = block.Text("signature"u8) is var signature && signature.Exists() && !signature.IsEmptyText();
            if (block.Text("data"u8).Exists() || isSigned)
                Copy(block);
        }
    }

    private void WriteToolResult(JsonElement message, int index)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "tool_result"u8);
        Copy("tool_use_id"u8, message.Text("tool_call_id"u8));
        var content = message.Get("content"u8);
        if (content.ValueKind == JsonValueKind.Array)
        {
            _json.WriteStartArray("content"u8);
            WriteParts(content, index);
            _json.WriteEndArray();
        }
        else
        {
            Copy("content"u8, content);
        }

        if (message.Get("is_error"u8).IsTrue())
            _json.WriteBoolean("is_error"u8, true);
        Copy("cache_control"u8, message.Object("cache_control"u8));
        _json.WriteEndObject();
    }

    private void WriteToolCalls(JsonElement calls, int index)
    {
        var number = 0;
        foreach (var call in calls.EnumerateArray())
        {
            var function = call.Object("function"u8);
            if (!function.Exists())
                Refuse($"messages[{index}].tool_calls[{number}]: this model calls functions only.");

            _json.WriteStartObject();
            _json.WriteString("type"u8, "tool_use"u8);
            Copy("id"u8, call.Text("id"u8));
            Copy("name"u8, function.Text("name"u8));
            _json.WritePropertyName("input"u8);
            ToolArguments.Write(_json, function.Text("arguments"u8) is { ValueKind: JsonValueKind.String } arguments ? arguments.Utf8() : []);
            Copy("cache_control"u8, call.Object("cache_control"u8));
            _json.WriteEndObject();
            number++;
        }
    }

    /// <summary>True where the model is amid a turn of tool calls that it began without thinking, or without its thoughts being kept.</summary>
    private bool LastTurnLacksThinking()
    {
        var lacks = false;
        foreach (var message in _messages.EnumerateArray())
        {
            var role = message.Get("role"u8);
            if (role.Is("user"u8))
                lacks = false;
            else if (role.Is("assistant"u8))
                lacks |= message.Array("tool_calls"u8).Exists() && !message.Array("thinking_blocks"u8).Exists();
        }

        return lacks;
    }
}
