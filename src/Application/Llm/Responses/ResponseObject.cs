using System.Buffers;
using System.Text;
using System.Text.Json;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// The <c>response</c> object: what it says of itself changes, what it repeats of the request does not and is made once.
/// It is on one line, however the request was written, because it also stands in events.
/// </summary>
internal sealed class ResponseObject
{
    /// <summary>Members of the request that the object repeats, and what it says where they are not given.</summary>
    private static readonly (byte[] Name, byte[] Default)[] Repeated =
    [
        ("instructions"u8.ToArray(), "null"u8.ToArray()),
        ("max_output_tokens"u8.ToArray(), "null"u8.ToArray()),
        ("max_tool_calls"u8.ToArray(), "null"u8.ToArray()),
        ("metadata"u8.ToArray(), "{}"u8.ToArray()),
        ("parallel_tool_calls"u8.ToArray(), "true"u8.ToArray()),
        ("prompt_cache_key"u8.ToArray(), "null"u8.ToArray()),
        ("reasoning"u8.ToArray(), "{\"effort\":null,\"summary\":null}"u8.ToArray()),
        ("safety_identifier"u8.ToArray(), "null"u8.ToArray()),
        ("service_tier"u8.ToArray(), "null"u8.ToArray()),
        ("temperature"u8.ToArray(), "null"u8.ToArray()),
        ("text"u8.ToArray(), "{\"format\":{\"type\":\"text\"}}"u8.ToArray()),
        ("tool_choice"u8.ToArray(), "\"auto\""u8.ToArray()),
        ("tools"u8.ToArray(), "[]"u8.ToArray()),
        ("top_logprobs"u8.ToArray(), "0"u8.ToArray()),
        ("top_p"u8.ToArray(), "null"u8.ToArray()),
        ("user"u8.ToArray(), "null"u8.ToArray()),
    ];

    private readonly byte[] _head;
    private readonly byte[] _tail;

    public ResponseObject(in AnswerHead head)
    {
        var output = new ArrayBufferWriter<byte>(512);
        output.Write(Encoding.UTF8.GetBytes($"{{\"id\":\"resp_{head.CallId:N}\",\"object\":\"response\",\"created_at\":{head.CreatedAt.ToUnixTimeSeconds()},\"model\":"));
        JsonText.WriteString(output, head.Model);
        output.Write(",\"status\":\""u8);
        _head = output.WrittenSpan.ToArray();

        output.ResetWrittenCount();
        output.Write(",\"background\":false,\"previous_response_id\":null,\"store\":false,\"truncation\":\"disabled\""u8);
        WriteRepeated(output, head.RequestBody.Span);
        output.Write("}"u8);
        _tail = output.WrittenSpan.ToArray();
        foreach (ref var b in _tail.AsSpan())
        {
            // Line breaks stand only between tokens: within strings they are escaped.
            if (b is (byte)'\n' or (byte)'\r')
                b = (byte)' ';
        }
    }

    public void WriteRunning(IBufferWriter<byte> output)
    {
        output.Write(_head);
        output.Write("in_progress\",\"error\":null,\"incomplete_details\":null,\"output\":[],\"usage\":null"u8);
        output.Write(_tail);
    }

    /// <param name="items">What has been answered, ended.</param>
    /// <param name="incompleteReason">Why the answer is not whole; empty where it is.</param>
    public void WriteEnded(IBufferWriter<byte> output, ResponseOutput items, ReadOnlySpan<byte> incompleteReason, in TokenUsage usage)
    {
        output.Write(_head);
        if (incompleteReason.IsEmpty)
        {
            output.Write("completed\",\"error\":null,\"incomplete_details\":null"u8);
        }
        else
        {
            output.Write("incomplete\",\"error\":null,\"incomplete_details\":{\"reason\":\""u8);
            output.Write(incompleteReason);
            output.Write("\"}"u8);
        }

        output.Write(",\"output\":["u8);
        items.Write(output);
        output.Write("],\"usage\":"u8);
        WriteUsage(output, usage);
        output.Write(_tail);
    }

    public void WriteFailed(IBufferWriter<byte> output, Error error)
    {
        output.Write(_head);
        output.Write("failed\",\"error\":{\"code\":\"server_error\",\"message\":"u8);
        JsonText.WriteString(output, error.Message);
        output.Write("},\"incomplete_details\":null,\"output\":[],\"usage\":null"u8);
        output.Write(_tail);
    }

    private static void WriteUsage(IBufferWriter<byte> output, in TokenUsage usage) =>
        output.Write(Encoding.UTF8.GetBytes(
            $$"""{"input_tokens":{{usage.PromptTokens}},"input_tokens_details":{"cached_tokens":{{usage.CachedTokens}},"cache_write_tokens":{{usage.CacheWriteTokens}}},"output_tokens":{{usage.CompletionTokens}},"output_tokens_details":{"reasoning_tokens":{{usage.ReasoningTokens}}},"total_tokens":{{usage.TotalTokens}}}"""));

    private static void WriteRepeated(IBufferWriter<byte> output, ReadOnlySpan<byte> request)
    {
        Span<ByteRange> given = stackalloc ByteRange[Repeated.Length];
        given.Clear();
        var reader = new Utf8JsonReader(request);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = IndexOf(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            if (index >= 0)
                given[index] = isNull ? default : new ByteRange(start, (int)reader.BytesConsumed);
        }

        for (var i = 0; i < given.Length; i++)
        {
            output.Write(",\""u8);
            output.Write(Repeated[i].Name);
            output.Write("\":"u8);
            output.Write(given[i].Length > 0 ? given[i].In(request) : Repeated[i].Default);
        }
    }

    private static int IndexOf(ref Utf8JsonReader name)
    {
        for (var i = 0; i < Repeated.Length; i++)
        {
            if (name.ValueTextEquals(Repeated[i].Name))
                return i;
        }

        return -1;
    }
}
