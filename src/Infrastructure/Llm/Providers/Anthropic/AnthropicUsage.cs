using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>
/// What an answer has used, read from one or several <c>usage</c> objects: totals that grow, of which the last says most. Here
/// <c>input_tokens</c> are only those that no cache had part in.
/// </summary>
internal struct AnthropicUsage
{
    private long _input;
    private long _cacheRead;
    private long _cacheWrite;
    private long _output;
    private long _thinking;

    /// <summary>Null where nothing was counted.</summary>
    /// <param name="leastOutput">Output tokens that there must be at least, whatever was reported so far.</param>
    public readonly TokenUsage? ToTokenUsage(int leastOutput = 0)
    {
        var prompt = _input + _cacheRead + _cacheWrite;
        return prompt + _output == 0
            ? null
            : new TokenUsage(Clamp(prompt), Clamp(Math.Max(_output, leastOutput)), Clamp(_cacheRead), Clamp(Math.Min(_thinking, _output)), Clamp(_cacheWrite));
    }

    /// <summary>Takes over what the object says; what it leaves out stands.</summary>
    /// <param name="reader">On the object's start; left on its end.</param>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
                ReadCount(ref reader, ref _input);
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
                ReadCount(ref reader, ref _cacheRead);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
                ReadCount(ref reader, ref _cacheWrite);
            else if (reader.ValueTextEquals("output_tokens"u8))
                ReadCount(ref reader, ref _output);
            else if (reader.ValueTextEquals("output_tokens_details"u8))
                ReadDetails(ref reader);
            else
                reader.Skip();
        }
    }

    /// <summary>Writes OpenAI's <c>usage</c> object.</summary>
    public readonly void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        var prompt = _input + _cacheRead + _cacheWrite;
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, _output);
        json.WriteNumber("total_tokens"u8, prompt + _output);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, _cacheRead);
        json.WriteNumber("cache_creation_tokens"u8, _cacheWrite);
        json.WriteEndObject();
        if (_thinking > 0)
        {
            json.WriteStartObject("completion_tokens_details"u8);
            json.WriteNumber("reasoning_tokens"u8, _thinking);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static int Clamp(long tokens) => (int)Math.Min(tokens, int.MaxValue / 2);

    private static void ReadCount(ref Utf8JsonReader reader, ref long count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            count = Math.Clamp(value, 0, int.MaxValue);
        else
            reader.Skip();
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("thinking_tokens"u8))
                ReadCount(ref reader, ref _thinking);
            else
                reader.Skip();
        }
    }
}
