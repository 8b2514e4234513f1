using System.Buffers;
using System.Buffers.Text;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>Writes a stream's events, numbered. An event is begun, given its members, and ended.</summary>
internal sealed class ResponseEvents
{
    private int _sequence;

    /// <summary>Where the events of the moment go.</summary>
    public IBufferWriter<byte> Output { get; set; } = new ArrayBufferWriter<byte>();

    public void Begin(ReadOnlySpan<byte> type)
    {
        Output.Write("event: "u8);
        Output.Write(type);
        Output.Write("\ndata: {\"type\":\""u8);
        Output.Write(type);
        Output.Write("\",\"sequence_number\":"u8);
        Output.WriteNumber(_sequence++);
    }

    /// <summary>Begins an event about an item or a part of it.</summary>
    public void Begin(ReadOnlySpan<byte> type, OutputItem item)
    {
        Begin(type);
        Output.Write(",\"item_id\":\""u8);
        Output.Write(item.Id);
        Output.Write("\",\"output_index\":"u8);
        Output.WriteNumber(item.Index);
    }

    /// <summary>Writes the event that an item has begun or ended, with the item as it stands.</summary>
    public void WriteItem(ReadOnlySpan<byte> type, OutputItem item)
    {
        Begin(type);
        Output.Write(",\"output_index\":"u8);
        Output.WriteNumber(item.Index);
        Output.Write(",\"item\":"u8);
        item.Write(Output);
        End();
    }

    public void End() => Output.Write("}\n\n"u8);
}

internal static class JsonOutput
{
    public static void WriteNumber(this IBufferWriter<byte> output, int number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(11), out var written);
        output.Advance(written);
    }

    /// <summary>Writes <c>,"name":"text"</c>.</summary>
    /// <param name="text">Escaped already.</param>
    public static void WriteMember(this IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        output.Write(",\""u8);
        output.Write(name);
        output.Write("\":\""u8);
        output.Write(text);
        output.Write("\""u8);
    }
}
