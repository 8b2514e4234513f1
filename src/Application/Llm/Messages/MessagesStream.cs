using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Messages;

/// <summary>
/// A stream of chunks as Anthropic's events: one message of blocks, each begun, filled and ended before the next. Texts are
/// copied as they are escaped.
/// </summary>
internal sealed class MessagesStream(in AnswerHead head) : IChatStreamWriter
{
    private const int None = -1;

    private readonly AnswerHead _head = head;
    private readonly List<ToolBlock> _tools = [];
    private DeltaKind _open = DeltaKind.None;
    private int _index = None;
    private string? _finishReason;
    private bool _hasBegun;

    public void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
    {
        Begin(output);
        var reader = new ChunkDeltas(chunk);
        while (reader.Next(out var kind, out var value))
        {
            switch (kind)
            {
                case DeltaKind.Text or DeltaKind.Thinking:
                    WriteText(output, kind, value);
                    break;
                case DeltaKind.ThinkingBlocks:
                    WriteThoughts(output, value);
                    break;
                case DeltaKind.Tool:
                    WriteCalls(output, value);
                    break;
            }
        }

        _finishReason = reader.FinishReason ?? _finishReason;
    }

    public void WriteEnd(IBufferWriter<byte> output, in TokenUsage usage)
    {
        Begin(output);
        EndBlock(output);
        output.Write("event: message_delta\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, MessagesAnswer.Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "message_delta"u8);
            json.WriteStartObject("delta"u8);
            json.WriteString("stop_reason"u8, StopReasons.Of(_finishReason, _tools.Count > 0));
            json.WriteNull("stop_sequence"u8);
            json.WriteEndObject();
            MessagesUsage.Write(json, usage);
            json.WriteEndObject();
        }

        output.Write("\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    public void WriteError(IBufferWriter<byte> output, Error error)
    {
        output.Write("event: error\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, MessagesAnswer.Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteStartObject("error"u8);
            json.WriteString("type"u8, error.Kind switch
            {
                ErrorKind.UpstreamTimeout => "timeout_error"u8,
                ErrorKind.Unavailable => "overloaded_error"u8,
                _ => "api_error"u8,
            });
            json.WriteString("message"u8, error.Message);
            json.WriteString("code"u8, error.Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_hasBegun)
            return;

        _hasBegun = true;
        output.Write("event: message_start\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, MessagesAnswer.Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "message_start"u8);
            json.WriteStartObject("message"u8);
            MessagesAnswer.WriteHead(json, _head);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            MessagesUsage.Write(json, _head.Usage);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    private void WriteText(IBufferWriter<byte> output, DeltaKind kind, ReadOnlySpan<byte> text)
    {
        if (_open != kind)
            BeginText(output, kind);
        BeginDelta(output, _index);
        output.Write(kind == DeltaKind.Text ? "{\"type\":\"text_delta\",\"text\":"u8 : "{\"type\":\"thinking_delta\",\"thinking\":"u8);
        output.Write(text);
        EndDelta(output);
    }

    private void BeginText(IBufferWriter<byte> output, DeltaKind kind)
    {
        BeginBlock(output, kind);
        output.Write(kind == DeltaKind.Text ? "{\"type\":\"text\",\"text\":\"\"}"u8 : "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8);
        output.Write("}\n\n"u8);
    }

    /// <summary>A signature ends the thinking that it signs; what is redacted comes whole. The thinking itself comes as reasoning.</summary>
    private void WriteThoughts(IBufferWriter<byte> output, ReadOnlySpan<byte> blocks)
    {
        var reader = new Utf8JsonReader(blocks);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadOnlySpan<byte> signature = [], data = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("signature"u8))
                    signature = ChunkDeltas.Text(ref reader, blocks);
                else if (reader.ValueTextEquals("data"u8))
                    data = ChunkDeltas.Text(ref reader, blocks);
                else
                    reader.Skip();
            }

            if (data.Length > 0)
                WriteRedacted(output, data);
            else if (signature.Length > 0)
                WriteSignature(output, signature);
        }
    }

    private void WriteRedacted(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        BeginBlock(output, DeltaKind.ThinkingBlocks);
        output.Write("{\"type\":\"redacted_thinking\",\"data\":"u8);
        output.Write(data);
        output.Write("}}\n\n"u8);
        EndBlock(output);
    }

    private void WriteSignature(IBufferWriter<byte> output, ReadOnlySpan<byte> signature)
    {
        if (_open != DeltaKind.Thinking)
            BeginText(output, DeltaKind.Thinking);
        BeginDelta(output, _index);
        output.Write("{\"type\":\"signature_delta\",\"signature\":"u8);
        output.Write(signature);
        EndDelta(output);
        EndBlock(output);
    }

    private void WriteCalls(IBufferWriter<byte> output, ReadOnlySpan<byte> calls)
    {
        var reader = new Utf8JsonReader(calls);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            WriteCall(output, CallDelta.Read(ref reader, calls));
    }

    /// <summary>A call begins with its name. Some servers give all calls the same index, but each its own id.</summary>
    private void WriteCall(IBufferWriter<byte> output, in CallDelta call)
    {
        var known = Find(call.Index);
        var isNew = known == None || (call.Id.Length > 0 && call.Name.Length > 0 && !call.Id.SequenceEqual(_tools[known].Id));
        if (isNew)
        {
            BeginBlock(output, DeltaKind.Tool);
            _tools.Add(new ToolBlock(call.Index, _index, call.Id.ToArray()));
            known = _tools.Count - 1;
            output.Write("{\"type\":\"tool_use\",\"id\":"u8);
            output.Write(call.Id.Length > 0 ? call.Id : "\"\""u8);
            output.Write(",\"name\":"u8);
            output.Write(call.Name.Length > 0 ? call.Name : "\"\""u8);
            output.Write(",\"input\":{}}}\n\n"u8);
        }

        if (call.Arguments.Length == 0)
            return;

        BeginDelta(output, _tools[known].Block);
        output.Write("{\"type\":\"input_json_delta\",\"partial_json\":"u8);
        output.Write(call.Arguments);
        EndDelta(output);
    }

    /// <summary>The newest call of this index.</summary>
    private int Find(int index)
    {
        for (var i = _tools.Count - 1; i >= 0; i--)
        {
            if (_tools[i].Call == index)
                return i;
        }

        return None;
    }

    private void BeginBlock(IBufferWriter<byte> output, DeltaKind kind)
    {
        EndBlock(output);
        _open = kind;
        _index++;
        output.Write("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        WriteNumber(output, _index);
        output.Write(",\"content_block\":"u8);
    }

    private void EndBlock(IBufferWriter<byte> output)
    {
        if (_open == DeltaKind.None)
            return;

        _open = DeltaKind.None;
        output.Write("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        WriteNumber(output, _index);
        output.Write("}\n\n"u8);
    }

    private static void BeginDelta(IBufferWriter<byte> output, int index)
    {
        output.Write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        WriteNumber(output, index);
        output.Write(",\"delta\":"u8);
    }

    private static void EndDelta(IBufferWriter<byte> output) => output.Write("}}\n\n"u8);

    private static void WriteNumber(IBufferWriter<byte> output, int number)
    {
        Span<byte> digits = stackalloc byte[11];
        number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        output.Write(digits[..length]);
    }

    /// <param name="Call">The call's index in the chat.</param>
    /// <param name="Block">Its block's index in the message.</param>
    /// <param name="Id">Its id, quotes included.</param>
    private readonly record struct ToolBlock(int Call, int Block, byte[] Id);
}
