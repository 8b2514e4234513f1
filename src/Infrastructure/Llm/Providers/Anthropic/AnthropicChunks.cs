using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>
/// The events of one Anthropic stream as OpenAI's chunks: each event makes one or none. Texts are copied as they are escaped.
/// Usage comes with the first event and with the last but one; between them the output is estimated from what was delivered.
/// </summary>
internal sealed class AnthropicChunks(DateTimeOffset now) : IChunkTranslator
{
    private readonly ArrayBufferWriter<byte> _chunk = new(512);
    private byte[] _head = [];
    private AnthropicUsage _usage;
    private bool _hasFinalUsage;
    private int _textBytes;
    private int _calls;
    private bool _inAnswer;
    private bool _answered;

    public TokenUsage? Usage => _usage.ToTokenUsage(_hasFinalUsage ? 0 : TokenEstimate.FromBytes(_textBytes));

    public bool IsDone { get; private set; }

    public ReadOnlyMemory<byte> Translate(ReadOnlySpan<byte> data)
    {
        _chunk.ResetWrittenCount();
        var parts = EventParts.Read(data);
        switch (parts.Kind)
        {
            case EventKind.MessageStart:
                Begin(data[parts.Message]);
                break;
            case EventKind.BlockStart:
                BeginBlock(data[parts.Block]);
                break;
            case EventKind.BlockDelta:
                TakeDelta(data[parts.Delta]);
                break;
            case EventKind.BlockStop:
                _inAnswer = false;
                break;
            case EventKind.MessageDelta:
                Finish(data[parts.Delta], data[parts.Usage]);
                break;
            case EventKind.MessageStop:
                WriteUsage();
                IsDone = true;
                break;
            case EventKind.Error:
                _chunk.Write("{\"error\":{}}"u8);
                break;
        }

        return _chunk.WrittenMemory;
    }

    private void Begin(ReadOnlySpan<byte> message)
    {
        ByteSpan id = default, model = default;
        var reader = new Utf8JsonReader(message);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
                id = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("model"u8))
                model = ByteSpan.Value(ref reader);
            else if (reader.ValueTextEquals("usage"u8) && reader.Read())
                _usage.Read(ref reader);
            else
                reader.Skip();
        }

        _head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":{id.Text(message)},\"object\":\"chat.completion.chunk\",\"created\":{now.ToUnixTimeSeconds()},\"model\":{model.Text(message)},\"choices\":["));
        BeginDelta();
        _chunk.Write("\"role\":\"assistant\",\"content\":\"\""u8);
        EndDelta();
    }

    private void BeginBlock(ReadOnlySpan<byte> block)
    {
        var parts = BlockParts.Read(block);
        switch (parts.Kind)
        {
            case BlockKind.Tool when block[parts.Name].Trim((byte)'"').SequenceEqual(AnthropicRequest.AnswerTool):
                _inAnswer = _answered = true;
                break;
            case BlockKind.Tool:
                BeginDelta();
                WriteCallIndex(_calls++);
                _chunk.Write(",\"id\":"u8);
                _chunk.Write(block[parts.Id]);
                _chunk.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
                _chunk.Write(block[parts.Name]);
                _chunk.Write(",\"arguments\":\"\"}}]"u8);
                EndDelta();
                break;
            case BlockKind.RedactedThinking:
                BeginDelta();
                _chunk.Write("\"thinking_blocks\":["u8);
                _chunk.Write(block);
                _chunk.Write("]"u8);
                EndDelta();
                break;
        }
    }

    private void TakeDelta(ReadOnlySpan<byte> delta)
    {
        var parts = BlockParts.Read(delta);
        var text = delta[parts.Content];
        if (text.Length <= 2 && parts.Kind != BlockKind.Signature)
            return;

        BeginDelta();
        switch (parts.Kind)
        {
            case BlockKind.Json when !_inAnswer:
                WriteCallIndex(_calls - 1);
                _chunk.Write(",\"function\":{\"arguments\":"u8);
                _chunk.Write(text);
                _chunk.Write("}}]"u8);
                break;
            case BlockKind.Text or BlockKind.Json:
                _chunk.Write("\"content\":"u8);
                _chunk.Write(text);
                break;
            case BlockKind.Thinking:
                _chunk.Write("\"reasoning_content\":"u8);
                _chunk.Write(text);
                break;
            case BlockKind.Signature:
                _chunk.Write("\"thinking_blocks\":[{\"type\":\"thinking\",\"signature\":"u8);
                _chunk.Write(text);
                _chunk.Write("}]"u8);
                break;
            default:
                _chunk.ResetWrittenCount();
                return;
        }

        _textBytes += parts.Kind == BlockKind.Signature ? 0 : text.Length - 2;
        EndDelta();
    }

    private void Finish(ReadOnlySpan<byte> delta, ReadOnlySpan<byte> usage)
    {
        if (usage.Length > 0)
        {
            var usageReader = new Utf8JsonReader(usage);
            usageReader.Read();
            _usage.Read(ref usageReader);
            _hasFinalUsage = true;
        }

        var reader = new Utf8JsonReader(delta);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReason = reader.ValueTextEquals("stop_reason"u8);
            reader.Read();
            if (!isReason || reader.TokenType == JsonTokenType.Null)
            {
                reader.Skip();
                continue;
            }

            _chunk.Write(_head);
            _chunk.Write("{\"index\":0,\"delta\":{},\"finish_reason\":\""u8);
            _chunk.Write(Encoding.ASCII.GetBytes(StopReasons.ToFinishReason(ref reader, _answered && _calls == 0)));
            _chunk.Write("\"}]}"u8);
            return;
        }
    }

    private void WriteUsage()
    {
        _chunk.Write(_head);
        _chunk.Write("],\"usage\":"u8);
        _usage.Write(_chunk);
        _chunk.Write("}"u8);
    }

    private void WriteCallIndex(int index)
    {
        _chunk.Write("\"tool_calls\":[{\"index\":"u8);
        Span<byte> digits = stackalloc byte[11];
        index.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        _chunk.Write(digits[..length]);
    }

    private void BeginDelta()
    {
        if (_head.Length == 0)
            throw new JsonException("The stream does not begin with its message.");
        _chunk.Write(_head);
        _chunk.Write("{\"index\":0,\"delta\":{"u8);
    }

    private void EndDelta() => _chunk.Write("},\"finish_reason\":null}]}"u8);
}
