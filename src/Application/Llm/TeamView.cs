using System.Buffers;
using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>
/// An upstream's JSON (a chunk of a stream, or a whole plain answer) as a team may see it: under the call's id and the model
/// group's name, without anything that tells which model or provider served. What stays is copied byte for byte.
/// Made once a stream.
/// </summary>
public sealed class TeamView
{
    private readonly byte[] _head;
    private readonly bool _showUsage;

    /// <param name="id">What the caller sees as <c>id</c>.</param>
    /// <param name="model">What the caller sees as <c>model</c>.</param>
    /// <param name="showUsage">True where the caller asked for usage; a plain answer always shows it.</param>
    public TeamView(string id, string model, bool showUsage)
    {
        var head = new ArrayBufferWriter<byte>(64);
        head.Write("{\"id\":"u8);
        JsonText.WriteString(head, id);
        head.Write(",\"model\":"u8);
        JsonText.WriteString(head, model);
        _head = head.WrittenSpan.ToArray();
        _showUsage = showUsage;
    }

    /// <summary>True once usage has been written.</summary>
    public bool HasShownUsage { get; private set; }

    /// <summary>Writes the rewritten JSON; false (nothing written) where nothing would be left to show, as of a usage chunk that was not asked for.</summary>
    /// <exception cref="JsonException">It is not JSON; the gateway's streams hand out only what is.</exception>
    public bool TryWrite(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ByteRange kind = default, created = default, choices = default, usage = default;
        var hasChoice = false;
        var choicesAreClean = true;

        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                start = (int)reader.TokenStartIndex;
                CheckChoices(ref reader, out hasChoice, out choicesAreClean);
                choices = new ByteRange(start, (int)reader.BytesConsumed);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                kind = Member(ref reader, start);
            }
            else if (reader.ValueTextEquals("created"u8))
            {
                created = Member(ref reader, start);
            }
            else if (_showUsage && reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                start = (int)reader.TokenStartIndex;
                var reported = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                usage = reported ? new ByteRange(start, (int)reader.BytesConsumed) : default;
            }
            else
            {
                reader.Skip();
            }
        }

        if (!hasChoice && usage.Length == 0)
            return false;

        output.Write(_head);
        WriteMember(output, json, kind);
        WriteMember(output, json, created);
        output.Write(",\"choices\":"u8);
        if (!hasChoice)
            output.Write("[]"u8);
        else if (choicesAreClean)
            output.Write(choices.In(json));
        else
            WriteChoices(output, choices.In(json));

        if (usage.Length > 0)
        {
            HasShownUsage = true;
            output.Write(",\"usage\":"u8);
            var usageReader = new Utf8JsonReader(usage.In(json));
            usageReader.Read();
            WriteFiltered(output, usage.In(json), ref usageReader, Shown.Usage);
        }

        output.Write("}"u8);
        return true;
    }

    /// <summary>Which members of an object a team sees.</summary>
    private enum Shown
    {
        Choice,
        Usage,
    }

    private static ByteRange Member(ref Utf8JsonReader reader, int start)
    {
        reader.Skip();
        return new ByteRange(start, (int)reader.BytesConsumed);
    }

    private static void WriteMember(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ByteRange member)
    {
        if (member.Length == 0)
            return;

        output.Write(","u8);
        output.Write(member.In(json));
    }

    /// <summary>Looks whether there is a choice, and whether all of them consist of standard members only, as nearly always.</summary>
    private static void CheckChoices(ref Utf8JsonReader reader, out bool hasChoice, out bool clean)
    {
        hasChoice = false;
        clean = true;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                clean &= IsShown(ref reader, Shown.Choice);
                reader.Skip();
            }
            else
            {
                hasChoice = true;
            }
        }
    }

    private static void WriteChoices(IBufferWriter<byte> output, ReadOnlySpan<byte> choices)
    {
        var reader = new Utf8JsonReader(choices);
        reader.Read();
        output.Write("["u8);
        var first = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (!first)
                output.Write(","u8);
            WriteFiltered(output, choices, ref reader, Shown.Choice);
            first = false;
        }

        output.Write("]"u8);
    }

    /// <summary>Copies the shown members of the object on whose start the reader stands, to its end.</summary>
    private static void WriteFiltered(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ref Utf8JsonReader reader, Shown shown)
    {
        output.Write("{"u8);
        var first = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var keep = IsShown(ref reader, shown);
            reader.Skip();
            if (!keep)
                continue;

            if (!first)
                output.Write(","u8);
            output.Write(json[start..(int)reader.BytesConsumed]);
            first = false;
        }

        output.Write("}"u8);
    }

    private static bool IsShown(ref Utf8JsonReader name, Shown shown) => shown == Shown.Choice
        ? name.ValueTextEquals("index"u8) || name.ValueTextEquals("delta"u8) || name.ValueTextEquals("message"u8)
            || name.ValueTextEquals("finish_reason"u8) || name.ValueTextEquals("logprobs"u8)
        : name.ValueTextEquals("prompt_tokens"u8) || name.ValueTextEquals("completion_tokens"u8) || name.ValueTextEquals("total_tokens"u8)
            || name.ValueTextEquals("prompt_tokens_details"u8) || name.ValueTextEquals("completion_tokens_details"u8);
}
