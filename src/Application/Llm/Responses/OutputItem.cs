using System.Buffers;
using System.Text;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>One item of an answer's output. Texts are kept escaped, as the upstream wrote them.</summary>
/// <param name="kind">What its id begins with.</param>
internal abstract class OutputItem(int index, string kind, Guid callId)
{
    public int Index { get; } = index;

    public byte[] Id { get; } = Encoding.ASCII.GetBytes($"{kind}_{callId:N}_{index}");

    /// <summary>Null while the model is at it.</summary>
    public bool? IsWhole { get; private set; }

    protected ReadOnlySpan<byte> Status => IsWhole switch
    {
        null => "in_progress"u8,
        true => "completed"u8,
        false => "incomplete"u8,
    };

    /// <summary>Writes the item as it stands.</summary>
    public abstract void Write(IBufferWriter<byte> output);

    /// <param name="whole">False where the model was stopped within it.</param>
    /// <param name="events">Null where nobody is told.</param>
    public void End(bool whole, ResponseEvents? events)
    {
        if (IsWhole is not null)
            return;

        EndParts(events);
        IsWhole = whole;
        events?.WriteItem("response.output_item.done"u8, this);
    }

    protected abstract void EndParts(ResponseEvents? events);
}

/// <summary>The model's reasoning, in the form that every client shows: one summary.</summary>
internal sealed class ReasoningItem(int index, Guid callId) : OutputItem(index, "rs", callId)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly ThinkingBlocks _blocks = new();

    public void AddText(ReadOnlySpan<byte> text, ResponseEvents? events)
    {
        if (_text.WrittenCount == 0)
            WritePart("response.reasoning_summary_part.added"u8, events);
        _text.Write(text);
        if (events is null)
            return;

        events.Begin("response.reasoning_summary_text.delta"u8, this);
        events.Output.Write(",\"summary_index\":0"u8);
        events.Output.WriteMember("delta"u8, text);
        events.End();
    }

    public void AddBlocks(ReadOnlySpan<byte> blocks) => _blocks.Add(blocks, _text.WrittenSpan);

    public override void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"type\":\"reasoning\",\"id\":\""u8);
        output.Write(Id);
        output.Write("\",\"summary\":["u8);
        if (_text.WrittenCount > 0)
        {
            output.Write("{\"type\":\"summary_text\""u8);
            output.WriteMember("text"u8, _text.WrittenSpan);
            output.Write("}"u8);
        }

        output.Write("]"u8);
        if (IsWhole is not null)
            _blocks.Write(output);
        output.Write("}"u8);
    }

    protected override void EndParts(ResponseEvents? events)
    {
        if (_text.WrittenCount == 0 || events is null)
            return;

        events.Begin("response.reasoning_summary_text.done"u8, this);
        events.Output.Write(",\"summary_index\":0"u8);
        events.Output.WriteMember("text"u8, _text.WrittenSpan);
        events.End();
        WritePart("response.reasoning_summary_part.done"u8, events);
    }

    private void WritePart(ReadOnlySpan<byte> type, ResponseEvents? events)
    {
        if (events is null)
            return;

        events.Begin(type, this);
        events.Output.Write(",\"summary_index\":0,\"part\":{\"type\":\"summary_text\""u8);
        events.Output.WriteMember("text"u8, _text.WrittenSpan);
        events.Output.Write("}"u8);
        events.End();
    }
}

/// <summary>A call of one of the caller's functions.</summary>
/// <param name="number">Its <c>index</c> in the chat's stream.</param>
internal sealed class FunctionCallItem(int index, Guid callId, int number, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name) : OutputItem(index, "fc", callId)
{
    private readonly byte[] _callId = id.IsEmpty ? Encoding.ASCII.GetBytes($"call_{callId:N}_{index}") : id.ToArray();
    private readonly byte[] _name = name.ToArray();
    private readonly ArrayBufferWriter<byte> _arguments = new();

    /// <summary>Whether a piece of the stream is of this call. Some servers give every call the number 0, and its own id.</summary>
    public bool Continues(int number2, ReadOnlySpan<byte> id2) => number == number2 && (id2.IsEmpty || id2.SequenceEqual(_callId));

    public void AddArguments(ReadOnlySpan<byte> arguments, ResponseEvents? events)
    {
        _arguments.Write(arguments);
        if (events is null)
            return;

        events.Begin("response.function_call_arguments.delta"u8, this);
        events.Output.WriteMember("delta"u8, arguments);
        events.End();
    }

    public override void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"type\":\"function_call\",\"id\":\""u8);
        output.Write(Id);
        output.Write("\""u8);
        output.WriteMember("status"u8, Status);
        output.WriteMember("call_id"u8, _callId);
        output.WriteMember("name"u8, _name);
        output.WriteMember("arguments"u8, _arguments.WrittenSpan);
        output.Write("}"u8);
    }

    protected override void EndParts(ResponseEvents? events)
    {
        // Clients parse it: a function without parameters is called with none, not with nothing.
        if (_arguments.WrittenCount == 0)
            AddArguments("{}"u8, events);
        if (events is null)
            return;

        events.Begin("response.function_call_arguments.done"u8, this);
        events.Output.WriteMember("name"u8, _name);
        events.Output.WriteMember("arguments"u8, _arguments.WrittenSpan);
        events.End();
    }
}
