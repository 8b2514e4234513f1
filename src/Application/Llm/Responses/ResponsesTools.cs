using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>Tools and the choice among them: flat in a Responses request, nested in a chat.</summary>
internal static class ResponsesTools
{
    /// <summary>Nothing is written where there are no tools: upstreams refuse an empty list, and a choice among none.</summary>
    public static Error? Write(JsonElement request, Utf8JsonWriter chat)
    {
        if (!request.TryGet("tools"u8, out var tools))
            return null;
        if (tools.ValueKind != JsonValueKind.Array)
            return Error.Field("tools", "must be an array.");
        if (tools.GetArrayLength() == 0)
            return null;

        chat.WriteStartArray("tools"u8);
        var index = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            if (WriteTool(tool, $"tools[{index}]", chat) is { } error)
                return error;
            index++;
        }

        chat.WriteEndArray();
        chat.CopyFrom(request, "parallel_tool_calls"u8);
        return request.TryGet("tool_choice"u8, out var choice) ? WriteChoice(choice, chat) : null;
    }

    private static Error? WriteTool(JsonElement tool, string path, Utf8JsonWriter chat)
    {
        if (tool.ValueKind != JsonValueKind.Object)
            return Error.Field(path, "must be an object.");
        if (!tool.HasType("function"u8))
        {
            return Error.Field($"{path}.type", tool.TryGetText("type"u8, out var type)
                ? $"'{type.GetString()}' is not supported: this service runs no tools of its own; only function tools are passed to the model."
                : "must be function.");
        }

        if (!tool.TryGetText("name"u8, out _))
            return Error.Field($"{path}.name", "is required.");

        chat.WriteStartObject();
        chat.WriteString("type"u8, "function"u8);
        chat.WriteStartObject("function"u8);
        chat.CopyFrom(tool, "name"u8);
        chat.CopyFrom(tool, "description"u8);
        chat.CopyFrom(tool, "parameters"u8);
        chat.CopyFrom(tool, "strict"u8);
        chat.WriteEndObject();
        chat.CopyFrom(tool, "cache_control"u8);
        chat.WriteEndObject();
        return null;
    }

    private static Error? WriteChoice(JsonElement choice, Utf8JsonWriter chat)
    {
        switch (choice.ValueKind)
        {
            case JsonValueKind.String:
                if (!choice.ValueEquals("auto"u8) && !choice.ValueEquals("none"u8) && !choice.ValueEquals("required"u8))
                    return Error.Field("tool_choice", "must be none, auto, required or an object.");
                chat.WriteRaw("tool_choice"u8, choice);
                return null;
            case JsonValueKind.Object when choice.HasType("function"u8):
                chat.WritePropertyName("tool_choice"u8);
                return WriteNamed(choice, "tool_choice", chat);
            case JsonValueKind.Object when choice.HasType("allowed_tools"u8):
                return WriteAllowed(choice, chat);
            case JsonValueKind.Object:
                return Error.Field("tool_choice.type", "must be function or allowed_tools.");
            default:
                return Error.Field("tool_choice", "must be none, auto, required or an object.");
        }
    }

    private static Error? WriteNamed(JsonElement tool, string path, Utf8JsonWriter chat)
    {
        if (!tool.TryGetText("name"u8, out var name))
            return Error.Field($"{path}.name", "is required.");

        chat.WriteStartObject();
        chat.WriteString("type"u8, "function"u8);
        chat.WriteStartObject("function"u8);
        chat.WriteRaw("name"u8, name);
        chat.WriteEndObject();
        chat.WriteEndObject();
        return null;
    }

    private static Error? WriteAllowed(JsonElement choice, Utf8JsonWriter chat)
    {
        if (!choice.TryGetText("mode"u8, out var mode))
            return Error.Field("tool_choice.mode", "must be auto or required.");
        if (!choice.TryGet("tools"u8, out var tools) || tools.ValueKind != JsonValueKind.Array)
            return Error.Field("tool_choice.tools", "must be an array.");

        chat.WriteStartObject("tool_choice"u8);
        chat.WriteString("type"u8, "allowed_tools"u8);
        chat.WriteStartObject("allowed_tools"u8);
        chat.WriteRaw("mode"u8, mode);
        chat.WriteStartArray("tools"u8);
        var index = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            var path = $"tool_choice.tools[{index++}]";
            if (tool.ValueKind != JsonValueKind.Object || !tool.HasType("function"u8))
                return Error.Field($"{path}.type", "must be function.");
            if (WriteNamed(tool, path, chat) is { } error)
                return error;
        }

        chat.WriteEndArray();
        chat.WriteEndObject();
        chat.WriteEndObject();
        return null;
    }
}
