using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// The items of an answer, made of what a chat's assistant says: all at once for a plain answer, piece by piece for a stream,
/// where each step is told in events. Both come to the same items.
/// </summary>
/// <param name="events">Null where nobody is told.</param>
internal sealed class ResponseOutput(Guid callId, ResponseEvents? events)
{
    private readonly List<OutputItem> _items = [];

    /// <summary>The reasoning or the message at the end. Calls stay open beside it: their pieces may come mixed.</summary>
    private OutputItem? _open;

    /// <summary>Writes the items, without the brackets of their array.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            _items[i].Write(output);
        }
    }

    /// <param name="turn">A message or a delta.</param>
    /// <param name="logprobs">Of its text, a JSON array; empty where there are none.</param>
    public void Add(ReadOnlySpan<byte> turn, ReadOnlySpan<byte> logprobs)
    {
        var said = ChatTurn.Read(turn);
        if (!said.Reasoning.TextOf().IsEmpty)
            Open<ReasoningItem>().AddText(said.Reasoning.TextOf(), events);
        if (!said.ThinkingBlocks.IsEmpty)
            Open<ReasoningItem>().AddBlocks(said.ThinkingBlocks);
        if (!said.Content.IsEmpty)
            AddContent(said.Content, logprobs);
        if (!said.Refusal.TextOf().IsEmpty)
            Open<MessageItem>().AddRefusal(said.Refusal.TextOf(), events);
        if (!said.ToolCalls.IsEmpty)
            AddCalls(said.ToolCalls);
    }

    /// <summary>Ends what is open, in its order.</summary>
    /// <param name="whole">False where the model was stopped: the last item is not whole then.</param>
    public void End(bool whole)
    {
        for (var i = 0; i < _items.Count; i++)
            _items[i].End(whole || i < _items.Count - 1, events);
    }

    private void AddContent(ReadOnlySpan<byte> content, ReadOnlySpan<byte> logprobs)
    {
        if (content[0] == (byte)'"')
        {
            if (!content.TextOf().IsEmpty)
                Open<MessageItem>().AddText(content.TextOf(), logprobs, events);
            return;
        }

        // Parts: those with a text of their own are text, whatever else there is.
        var reader = new Utf8JsonReader(content);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject && ReadText(ref reader, content) is { IsEmpty: false } text)
                Open<MessageItem>().AddText(text, default, events);
            else
                reader.Skip();
        }
    }

    private static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader part, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> text = default;
        while (part.Read() && part.TokenType == JsonTokenType.PropertyName)
        {
            if (part.ValueTextEquals("text"u8))
                text = part.ReadRaw(json, JsonTokenType.String).TextOf();
            else
                part.Skip();
        }

        return text;
    }

    private void AddCalls(ReadOnlySpan<byte> calls)
    {
        var reader = new Utf8JsonReader(calls);
        reader.Read();
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                AddCall(ChatToolCall.Read(ref reader, calls), i);
            else
                reader.Skip();
        }
    }

    private void AddCall(in ChatToolCall call, int position)
    {
        var item = FindCall(call.Index ?? position, call.Id) ?? BeginCall(call, position);
        if (call.Arguments.IsEmpty)
            return;

        if (call.Arguments[0] == (byte)'{')
            item.AddArguments(JsonEncodedText.Encode(call.Arguments, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, events);
        else if (!call.Arguments.TextOf().IsEmpty)
            item.AddArguments(call.Arguments.TextOf(), events);
    }

    private FunctionCallItem? FindCall(int number, ReadOnlySpan<byte> id)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i] is FunctionCallItem call && call.Continues(number, id))
                return call;
        }

        return null;
    }

    private FunctionCallItem BeginCall(in ChatToolCall call, int position)
    {
        EndOpen();
        var item = new FunctionCallItem(_items.Count, callId, call.Index ?? position, call.Id, call.Name);
        Begin(item);
        return item;
    }

    private T Open<T>()
        where T : OutputItem
    {
        if (_open is T open)
            return open;

        EndOpen();
        OutputItem item = typeof(T) == typeof(ReasoningItem) ? new ReasoningItem(_items.Count, callId) : new MessageItem(_items.Count, callId);
        Begin(item);
        _open = item;
        return (T)item;
    }

    private void EndOpen()
    {
        _open?.End(whole: true, events);
        _open = null;
    }

    private void Begin(OutputItem item)
    {
        _items.Add(item);
        events?.WriteItem("response.output_item.added"u8, item);
    }
}
