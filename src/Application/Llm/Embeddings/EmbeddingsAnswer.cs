using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Llm.Embeddings;

/// <summary>An upstream's embeddings.</summary>
public sealed class EmbeddingsAnswer : ModelAnswer
{
    private ByteRange _data;

    private EmbeddingsAnswer(ReadOnlyMemory<byte> body)
        : base(body)
    {
    }

    /// <summary>Null where the body is no list of embeddings.</summary>
    /// <param name="body">Kept as it is; must not change while the answer lives.</param>
    public static EmbeddingsAnswer? Scan(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            return null;

        var answer = new EmbeddingsAnswer(body);
        try
        {
            answer.Read(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }

        return answer._data.Length > 0 ? answer : null;
    }

    /// <summary>Writes the answer as OpenAI has it, under the alias and without what only its provider says; the embeddings are copied byte for byte.</summary>
    /// <param name="model">What the caller sees as <c>model</c>.</param>
    /// <param name="usage">What is charged.</param>
    public void Write(IBufferWriter<byte> output, string model, in TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"object\":\"list\",\"data\":"u8);
        output.Write(_data.In(Body.Span));
        output.Write(",\"model\":"u8);
        JsonText.WriteString(output, model);
        output.Write(Encoding.UTF8.GetBytes($$$""","usage":{"prompt_tokens":{{{usage.PromptTokens}}},"total_tokens":{{{usage.TotalTokens}}}}}"""));
    }

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
                var start = (int)reader.TokenStartIndex;
                var isList = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
                _data = isList ? new ByteRange(start, (int)reader.BytesConsumed) : default;
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
}
