using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// A Responses request as a chat completions request. What a member asks for is either done, or refused by its name where
/// leaving it out would change the answer; members that only steer what this service does not have are left out.
/// </summary>
internal sealed class ResponsesRequest
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonElement _request;
    private readonly Utf8JsonWriter _chat;

    private ResponsesRequest(JsonElement request, Utf8JsonWriter chat)
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
            if (new ResponsesRequest(document.RootElement, chat).Write() is { } error)
                return error;

            chat.Flush();
            return output.WrittenMemory;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a surrogate pair where a text is read.
            return LlmErrors.MalformedJson();
        }
    }

    private Error? Write()
    {
        if (RefuseState() is { } stateful)
            return stateful;

        _chat.WriteStartObject();
        CopyMembers();
        if (WriteMessages() is { } input)
            return input;
        if (ResponsesTools.Write(_request, _chat) is { } tools)
            return tools;
        if ((WriteText() ?? WriteReasoning() ?? WriteLimits()) is { } error)
            return error;

        _chat.WriteEndObject();
        return null;
    }

    /// <summary>This service keeps no responses, so whatever builds upon a kept one cannot be served.</summary>
    private Error? RefuseState()
    {
        if (IsTrue("store"u8))
            return Error.Field("store", "is not supported: this service keeps no responses; send store: false and the whole conversation as input.");
        if (_request.TryGet("previous_response_id"u8, out _))
            return Error.Field("previous_response_id", "is not supported: this service keeps no responses; send the whole conversation as input.");
        if (_request.TryGet("conversation"u8, out _))
            return Error.Field("conversation", "is not supported: this service keeps no conversations; send the whole conversation as input.");
        if (_request.TryGet("prompt"u8, out _))
            return Error.Field("prompt", "is not supported: this service keeps no prompt templates; send instructions and input.");
        return IsTrue("background"u8)
            ? Error.Field("background", "is not supported: this service keeps no responses; send stream: true for an answer that takes long.")
            : null;
    }

    private bool IsTrue(ReadOnlySpan<byte> name) => _request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>
    /// Members of the same name and meaning. <c>metadata</c> is none of them: it labels a kept response, and upstreams refuse it for
    /// a chat that is not kept; it is only echoed.
    /// </summary>
    private void CopyMembers()
    {
        _chat.CopyFrom(_request, "model"u8);
        _chat.CopyFrom(_request, "stream"u8);
        _chat.CopyFrom(_request, "temperature"u8);
        _chat.CopyFrom(_request, "top_p"u8);
        _chat.CopyFrom(_request, "user"u8);
        _chat.CopyFrom(_request, "safety_identifier"u8);
        _chat.CopyFrom(_request, "prompt_cache_key"u8);
        _chat.CopyFrom(_request, "prompt_cache_retention"u8);
        _chat.CopyFrom(_request, "service_tier"u8);
        _chat.CopyFrom(_request, "power_level"u8);
        _chat.CopyFrom(_request, "task_type"u8);
        _chat.CopyFrom(_request, "privacy_required"u8);
    }

    private Error? WriteMessages()
    {
        _chat.WriteStartArray("messages"u8);
        if (_request.TryGet("instructions"u8, out var instructions))
        {
            if (instructions.ValueKind != JsonValueKind.String)
                return Error.Field("instructions", "must be a string.");

            _chat.WriteStartObject();
            _chat.WriteString("role"u8, "system"u8);
            _chat.WriteRaw("content"u8, instructions);
            _chat.WriteEndObject();
        }

        if (!_request.TryGet("input"u8, out var input))
            return Error.Field("input", "is required.");
        if (new ResponsesInput(_chat).Write(input) is { } error)
            return error;

        _chat.WriteEndArray();
        return null;
    }

    private Error? WriteText()
    {
        if (!_request.TryGet("text"u8, out var text))
            return null;
        if (text.ValueKind != JsonValueKind.Object)
            return Error.Field("text", "must be an object.");

        _chat.CopyFrom(text, "verbosity"u8);
        if (!text.TryGet("format"u8, out var format))
            return null;
        if (format.ValueKind != JsonValueKind.Object)
            return Error.Field("text.format", "must be an object.");
        if (format.HasType("text"u8))
            return null;
        if (format.HasType("json_schema"u8))
            return WriteSchema(format);
        if (!format.HasType("json_object"u8))
            return Error.Field("text.format.type", "must be text, json_object or json_schema.");

        _chat.WriteRaw("response_format"u8, format);
        return null;
    }

    private Error? WriteSchema(JsonElement format)
    {
        if (!format.TryGetText("name"u8, out _))
            return Error.Field("text.format.name", "is required.");
        if (!format.TryGet("schema"u8, out var schema) || schema.ValueKind != JsonValueKind.Object)
            return Error.Field("text.format.schema", "must be an object.");

        _chat.WriteStartObject("response_format"u8);
        _chat.WriteString("type"u8, "json_schema"u8);
        _chat.WriteStartObject("json_schema"u8);
        _chat.CopyFrom(format, "name"u8);
        _chat.CopyFrom(format, "description"u8);
        _chat.WriteRaw("schema"u8, schema);
        _chat.CopyFrom(format, "strict"u8);
        _chat.WriteEndObject();
        _chat.WriteEndObject();
        return null;
    }

    /// <summary>A summary is what the model gives of itself: nothing need be asked for it.</summary>
    private Error? WriteReasoning()
    {
        if (!_request.TryGet("reasoning"u8, out var reasoning))
            return null;
        if (reasoning.ValueKind != JsonValueKind.Object)
            return Error.Field("reasoning", "must be an object.");
        if (!reasoning.TryGet("effort"u8, out var effort))
            return null;
        if (effort.ValueKind != JsonValueKind.String)
            return Error.Field("reasoning.effort", "must be a string.");

        _chat.WriteRaw("reasoning_effort"u8, effort);
        return null;
    }

    private Error? WriteLimits()
    {
        if (_request.TryGet("metadata"u8, out var metadata) && metadata.ValueKind != JsonValueKind.Object)
            return Error.Field("metadata", "must be an object.");
        if (_request.TryGet("max_output_tokens"u8, out var tokens))
        {
            if (tokens.ValueKind != JsonValueKind.Number || !tokens.TryGetInt32(out var count) || count < 1)
                return Error.Field("max_output_tokens", $"must be a whole number from 1 to {int.MaxValue}.");
            _chat.WriteRaw("max_completion_tokens"u8, tokens);
        }

        return WriteLogprobs();
    }

    /// <summary>Log probabilities are given where <c>include</c> names them or <c>top_logprobs</c> wants alternatives.</summary>
    private Error? WriteLogprobs()
    {
        var wanted = false;
        if (_request.TryGet("include"u8, out var include))
        {
            if (include.ValueKind != JsonValueKind.Array)
                return Error.Field("include", "must be an array.");
            foreach (var item in include.EnumerateArray())
                wanted |= item.ValueKind == JsonValueKind.String && item.ValueEquals("message.output_text.logprobs"u8);
        }

        if (_request.TryGet("top_logprobs"u8, out var top))
        {
            if (top.ValueKind != JsonValueKind.Number || !top.TryGetInt32(out var count) || count is < 0 or > MaxTopLogprobs)
                return Error.Field("top_logprobs", $"must be a whole number from 0 to {MaxTopLogprobs}.");
            if (count > 0)
            {
                wanted = true;
                _chat.WriteRaw("top_logprobs"u8, top);
            }
        }

        if (wanted)
            _chat.WriteBoolean("logprobs"u8, true);
        return null;
    }

    private const int MaxTopLogprobs = 20;
}
