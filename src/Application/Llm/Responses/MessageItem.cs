using System.Buffers;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>What the model says: its text, or why it refuses to say any.</summary>
internal sealed class MessageItem(int index, Guid callId) : OutputItem(index, "msg", callId)
{
    private readonly List<Part> _parts = [];

    /// <param name="logprobs">A JSON array; empty where there are none.</param>
    public void AddText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> logprobs, ResponseEvents? events)
    {
        var part = Open(isRefusal: false, events);
        part.Text.Write(text);
        part.AddLogprobs(logprobs);
        if (events is null)
            return;

        BeginPart("response.output_text.delta"u8, events);
        events.Output.WriteMember("delta"u8, text);
        events.Output.Write(",\"logprobs\":"u8);
        events.Output.Write(logprobs.IsEmpty ? "[]"u8 : logprobs);
        events.End();
    }

    public void AddRefusal(ReadOnlySpan<byte> text, ResponseEvents? events)
    {
        Open(isRefusal: true, events).Text.Write(text);
        if (events is null)
            return;

        BeginPart("response.refusal.delta"u8, events);
        events.Output.WriteMember("delta"u8, text);
        events.End();
    }

    public override void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"type\":\"message\",\"id\":\""u8);
        output.Write(Id);
        output.Write("\""u8);
        output.WriteMember("status"u8, Status);
        output.Write(",\"role\":\"assistant\",\"content\":["u8);
        for (var i = 0; i < _parts.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            _parts[i].Write(output);
        }

        output.Write("]}"u8);
    }

    protected override void EndParts(ResponseEvents? events)
    {
        if (_parts.Count == 0 || events is null)
            return;

        var part = _parts[^1];
        BeginPart(part.IsRefusal ? "response.refusal.done"u8 : "response.output_text.done"u8, events);
        events.Output.WriteMember(part.IsRefusal ? "refusal"u8 : "text"u8, part.Text.WrittenSpan);
        if (!part.IsRefusal)
            part.WriteLogprobs(events.Output);
        events.End();
        WritePart("response.content_part.done"u8, part, events);
    }

    /// <summary>The part at the end, a new one where that is of the other kind.</summary>
    private Part Open(bool isRefusal, ResponseEvents? events)
    {
        if (_parts.Count > 0)
        {
            if (_parts[^1].IsRefusal == isRefusal)
                return _parts[^1];
            EndParts(events);
        }

        var part = new Part(isRefusal);
        _parts.Add(part);
        if (events is not null)
            WritePart("response.content_part.added"u8, part, events);
        return part;
    }

    private void WritePart(ReadOnlySpan<byte> type, Part part, ResponseEvents events)
    {
        BeginPart(type, events);
        events.Output.Write(",\"part\":"u8);
        part.Write(events.Output);
        events.End();
    }

    private void BeginPart(ReadOnlySpan<byte> type, ResponseEvents events)
    {
        events.Begin(type, this);
        events.Output.Write(",\"content_index\":"u8);
        events.Output.WriteNumber(_parts.Count - 1);
    }

    private sealed class Part(bool isRefusal)
    {
        /// <summary>The entries, without the brackets.</summary>
        private ArrayBufferWriter<byte>? _logprobs;

        public bool IsRefusal { get; } = isRefusal;

        public ArrayBufferWriter<byte> Text { get; } = new();

        public void AddLogprobs(ReadOnlySpan<byte> array)
        {
            if (array.IsEmpty || array[1..^1].IndexOf((byte)'{') < 0)
                return;

            _logprobs ??= new ArrayBufferWriter<byte>();
            if (_logprobs.WrittenCount > 0)
                _logprobs.Write(","u8);
            _logprobs.Write(array[1..^1]);
        }

        public void Write(IBufferWriter<byte> output)
        {
            if (IsRefusal)
            {
                output.Write("{\"type\":\"refusal\""u8);
                output.WriteMember("refusal"u8, Text.WrittenSpan);
            }
            else
            {
                output.Write("{\"type\":\"output_text\",\"annotations\":[]"u8);
                WriteLogprobs(output);
                output.WriteMember("text"u8, Text.WrittenSpan);
            }

            output.Write("}"u8);
        }

        public void WriteLogprobs(IBufferWriter<byte> output)
        {
            output.Write(",\"logprobs\":["u8);
            if (_logprobs is not null)
                output.Write(_logprobs.WrittenSpan);
            output.Write("]"u8);
        }
    }
}
