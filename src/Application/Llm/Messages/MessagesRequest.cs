using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Messages;

/// <summary>
/// A Messages request as a chat completions request. What a member asks for is either said or refused by its name; members
/// that are not known are ignored.
/// </summary>
internal sealed partial class MessagesRequest
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonElement _request;
    private readonly Utf8JsonWriter _chat;
    private Error? _error;

    private MessagesRequest(JsonElement request, Utf8JsonWriter chat)
    {
        _request = request;
        _chat = chat;
    }

    public static Result<ReadOnlyMemory<byte>> ToChat(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = ChatRequest.MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return LlmErrors.NotAnObject();

            var output = new ArrayBufferWriter<byte>(body.Length + 256);
            using var chat = new Utf8JsonWriter(output, Options);
            var translation = new MessagesRequest(document.RootElement, chat);
            translation.Write();
            chat.Flush();
            return translation._error is { } error ? error : (ReadOnlyMemory<byte>)output.WrittenMemory;
        }
        catch (JsonException)
        {
            return LlmErrors.MalformedJson();
        }
    }

    private void Write()
    {
        _chat.WriteStartObject();
        Copy("model"u8, _request.Get("model"u8));
        WriteMessages();
        WriteTools();
        WriteToolChoice();
        WriteLimits();
        WriteOutput();
        WriteRest();
        RefuseServerSide();
        _chat.WriteEndObject();
    }

    /// <summary>The first thing that is wrong is what the caller is told; what is written after it means nothing.</summary>
    private void Refuse(string field, string message) => _error ??= Error.Field(field, message);

    private void Copy(ReadOnlySpan<byte> name, JsonElement value)
    {
        if (!value.Exists())
            return;

        _chat.WritePropertyName(name);
        _chat.WriteRawValue(value.Raw(), skipInputValidation: true);
    }

    private void WriteTools()
    {
        var tools = _request.Get("tools"u8);
        if (!tools.Exists())
            return;
        if (tools.ValueKind != JsonValueKind.Array)
        {
            Refuse("tools", "must be an array.");
            return;
        }

        _chat.WriteStartArray("tools"u8);
        var index = 0;
        foreach (var tool in tools.EnumerateArray())
            WriteTool(tool, index++);
        _chat.WriteEndArray();
    }

    private void WriteTool(JsonElement tool, int index)
    {
        var type = tool.Get("type"u8);
        if (type.Exists() && !type.Is("custom"u8))
            Refuse($"tools[{index}].type", "must be custom: tools that run on the provider's servers or in its own clients are not offered.");
        if (!tool.Text("name"u8).Exists())
            Refuse($"tools[{index}].name", "is required.");
        if (!tool.Object("input_schema"u8).Exists())
            Refuse($"tools[{index}].input_schema", "is required: an object.");

        _chat.WriteStartObject();
        _chat.WriteString("type"u8, "function"u8);
        _chat.WriteStartObject("function"u8);
        Copy("name"u8, tool.Text("name"u8));
        Copy("description"u8, tool.Text("description"u8));
        Copy("parameters"u8, tool.Object("input_schema"u8));
        if (tool.Get("strict"u8).IsTrue())
            _chat.WriteBoolean("strict"u8, true);
        _chat.WriteEndObject();
        Copy("cache_control"u8, tool.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void WriteToolChoice()
    {
        var choice = _request.Get("tool_choice"u8);
        if (!choice.Exists())
            return;

        var type = choice.Get("type"u8);
        if (type.Is("tool"u8))
        {
            if (!choice.Text("name"u8).Exists())
                Refuse("tool_choice.name", "is required for the type tool.");
            _chat.WriteStartObject("tool_choice"u8);
            _chat.WriteString("type"u8, "function"u8);
            _chat.WriteStartObject("function"u8);
            Copy("name"u8, choice.Text("name"u8));
            _chat.WriteEndObject();
            _chat.WriteEndObject();
        }
        else if (type.Is("auto"u8) || type.Is("none"u8))
        {
            Copy("tool_choice"u8, type);
        }
        else if (type.Is("any"u8))
        {
            _chat.WriteString("tool_choice"u8, "required"u8);
        }
        else
        {
            Refuse("tool_choice.type", "must be auto, any, tool or none.");
        }

        if (choice.Get("disable_parallel_tool_use"u8).IsTrue())
            _chat.WriteBoolean("parallel_tool_calls"u8, false);
    }

    private void WriteLimits()
    {
        var maxTokens = _request.Get("max_tokens"u8);
        if (!maxTokens.Exists())
            Refuse("max_tokens", "is required.");
        else if (maxTokens.ValueKind != JsonValueKind.Number || !maxTokens.TryGetInt32(out var count) || count < 1)
            Refuse("max_tokens", $"must be a whole number from 1 to {int.MaxValue}.");
        Copy("max_completion_tokens"u8, maxTokens);

        var temperature = _request.Get("temperature"u8);
        if (temperature.Exists() && !(temperature.ValueKind == JsonValueKind.Number && temperature.GetDouble() is >= 0 and <= 1))
            Refuse("temperature", "must be 0 to 1.");
        Copy("temperature"u8, temperature);
        Copy("top_p"u8, _request.Get("top_p"u8));
        Copy("top_k"u8, _request.Get("top_k"u8));

        var stops = _request.Get("stop_sequences"u8);
        if (stops.Exists() && stops.ValueKind != JsonValueKind.Array)
            Refuse("stop_sequences", "must be an array of strings.");
        else if (stops.Exists() && stops.GetArrayLength() > 0)
            Copy("stop"u8, stops);
    }

    /// <summary>How the model thinks, how hard it tries and in which form it answers.</summary>
    private void WriteOutput()
    {
        var thinking = _request.Get("thinking"u8);
        if (thinking.Exists() && !thinking.Text("type"u8).Exists())
            Refuse("thinking.type", "is required.");
        Copy("thinking"u8, thinking);

        var config = _request.Get("output_config"u8);
        if (config.Text("effort"u8) is var effort && effort.Exists())
        {
            _chat.WriteStartObject("output_config"u8);
            Copy("effort"u8, effort);
            _chat.WriteEndObject();
        }

        // The member's earlier name still comes from older clients.
        var format = config.Get("format"u8);
        if (!format.Exists())
            format = _request.Get("output_format"u8);
        if (!format.Exists())
            return;
        if (!format.Get("type"u8).Is("json_schema"u8) || !format.Object("schema"u8).Exists())
            Refuse("output_config.format", "must be a json_schema with its schema.");

        _chat.WriteStartObject("response_format"u8);
        _chat.WriteString("type"u8, "json_schema"u8);
        _chat.WriteStartObject("json_schema"u8);
        _chat.WriteString("name"u8, "answer"u8);
        Copy("schema"u8, format.Object("schema"u8));
        _chat.WriteBoolean("strict"u8, true);
        _chat.WriteEndObject();
        _chat.WriteEndObject();
    }

    private void WriteRest()
    {
        Copy("stream"u8, _request.Get("stream"u8));
        Copy("user"u8, _request.Object("metadata"u8).Text("user_id"u8));
        Copy("cache_control"u8, _request.Object("cache_control"u8));
        var tier = _request.Get("service_tier"u8);
        if (tier.Is("standard_only"u8))
            _chat.WriteString("service_tier"u8, "default"u8);

        // This service's own.
        Copy("power_level"u8, _request.Get("power_level"u8));
        Copy("task_type"u8, _request.Get("task_type"u8));
        Copy("privacy_required"u8, _request.Get("privacy_required"u8));
        Copy("cache"u8, _request.Get("cache"u8));
    }

    private void RefuseServerSide()
    {
        if (_request.Get("container"u8).Exists())
            Refuse("container", "is not offered: this service runs no containers.");
        if (_request.Array("mcp_servers"u8) is { ValueKind: JsonValueKind.Array } servers && servers.GetArrayLength() > 0)
            Refuse("mcp_servers", "is not offered: this service connects to no MCP servers.");
    }
}
