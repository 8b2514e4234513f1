using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace SaasLlm.Application.Llm.Images;

/// <summary>An upstream's pictures.</summary>
public sealed class ImageAnswer : ModelAnswer
{
    private bool _hasData;

    private ImageAnswer(ReadOnlyMemory<byte> body)
        : base(body)
    {
    }

    /// <summary>Pictures in the answer.</summary>
    public int Images { get; private set; }

    /// <summary>Null where the body is no list of pictures.</summary>
    /// <param name="body">Kept as it is; must not change while the answer lives.</param>
    public static ImageAnswer? Scan(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            return null;

        var answer = new ImageAnswer(body);
        try
        {
            answer.Read(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }

        return answer._hasData ? answer : null;
    }

    /// <summary>Writes the answer without what only its provider says; what stays is copied byte for byte.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var reader = new Utf8JsonReader(Body.Span);
        reader.Read();
        WriteShown(output, ref reader, isUsage: false);
    }

    private void WriteShown(IBufferWriter<byte> output, ref Utf8JsonReader reader, bool isUsage)
    {
        output.Write("{"u8);
        var first = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var shown = isUsage ? IsShownOfUsage(ref reader) : IsShown(ref reader);
            var usage = !isUsage && reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (shown && !first)
                output.Write(","u8);
            first &= !shown;
            if (usage && reader.TokenType == JsonTokenType.StartObject)
            {
                output.Write("\"usage\":"u8);
                WriteShown(output, ref reader, isUsage: true);
                continue;
            }

            reader.Skip();
            if (shown)
                output.Write(Body.Span[start..(int)reader.BytesConsumed]);
        }

        output.Write("}"u8);
    }

    private static bool IsShown(ref Utf8JsonReader name) =>
        name.ValueTextEquals("created"u8) || name.ValueTextEquals("data"u8) || name.ValueTextEquals("usage"u8)
        || name.ValueTextEquals("background"u8) || name.ValueTextEquals("output_format"u8)
        || name.ValueTextEquals("quality"u8) || name.ValueTextEquals("size"u8);

    private static bool IsShownOfUsage(ref Utf8JsonReader name) =>
        name.ValueTextEquals("input_tokens"u8) || name.ValueTextEquals("output_tokens"u8) || name.ValueTextEquals("total_tokens"u8)
        || name.ValueTextEquals("input_tokens_details"u8) || name.ValueTextEquals("output_tokens_details"u8);

    private void Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                ReadData(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = ReportedUsage.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read();
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        _hasData = reader.TokenType == JsonTokenType.StartArray;
        Images = 0;
        if (!_hasData)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
            Images++;
        }
    }
}
