using System.Text.Json;
using System.Text.Unicode;

namespace SaasLlm.Application.Llm;

/// <summary>A chat's plain answer: what is metered, and where the rest stands.</summary>
public sealed class ChatAnswer : ModelAnswer
{
    private ByteRange _choices;
    private ByteRange _message;

    private ChatAnswer(ReadOnlyMemory<byte> body)
        : base(body)
    {
    }

    /// <summary>The first choice's finish reason; null where it has none.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Choices in the answer, at least one.</summary>
    public int ChoiceCount { get; private set; }

    /// <summary>UTF-8 bytes of generated text in all choices: the base of an estimate where no usage is reported.</summary>
    public int TextBytes { get; private set; }

    /// <summary>The raw <c>choices</c> array.</summary>
    public ReadOnlyMemory<byte> Choices => _choices.In(Body);

    /// <summary>The raw message object of the first choice: <c>{"role":…,"content":…}</c>.</summary>
    public ReadOnlyMemory<byte> Message => _message.In(Body);

    /// <summary>Null where the body is not a chat completion: not JSON, or without a choice that holds a message.</summary>
    /// <param name="body">Kept as it is; must not change while the answer lives.</param>
    public static ChatAnswer? Scan(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            return null;

        var answer = new ChatAnswer(body);
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            answer.ReadBody(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }

        return answer._message.Length > 0 ? answer : null;
    }

    private void ReadBody(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                ReadChoices(ref reader);
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

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        ChoiceCount = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice(ref reader, first: ChoiceCount == 0);
            else
                reader.Skip();
            ChoiceCount++;
        }

        _choices = new ByteRange(start, (int)reader.BytesConsumed);
    }

    private void ReadChoice(ref Utf8JsonReader reader, bool first)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                TextBytes += GeneratedText.Measure(ref reader);
                if (first && isObject)
                    _message = new ByteRange(start, (int)reader.BytesConsumed);
            }
            else if (first && reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                FinishReason = FinishReasons.Read(ref reader);
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
