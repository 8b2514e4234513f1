using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>
/// Writes a chat request in the one form that all spellings of it share: members sorted at every level, strings unescaped,
/// numbers by their exact value, no white space, nothing that is this service's own. What comes out is no JSON but tagged and
/// length-prefixed, so that no two different requests can have the same form. Members that stand twice keep their order, since
/// it decides which of them holds.
/// </summary>
internal sealed class CanonicalRequest : IDisposable
{
    /// <summary>Values and names above which a request is not worth the memory: no prompt comes near it, whatever its length.</summary>
    public const int MaxNodes = 256 * 1024;

    private readonly ReadOnlyMemory<byte> _body;
    private Node[] _nodes = ArrayPool<Node>.Shared.Rent(256);
    private int[] _order = ArrayPool<int>.Shared.Rent(64);
    private byte[] _unescaped = [];
    private int _count;
    private int _ordered;
    private int _unescapedLength;

    private CanonicalRequest(ReadOnlyMemory<byte> body) => _body = body;

    /// <summary>False, and an undefined part of it written, where the request has more than <see cref="MaxNodes"/> values and names.</summary>
    /// <param name="body">A body that <see cref="ChatRequest.Parse"/> has accepted.</param>
    /// <param name="stream">True: what only a stream is asked with belongs to it.</param>
    public static bool TryWrite(ReadOnlyMemory<byte> body, bool stream, IBufferWriter<byte> output)
    {
        using var request = new CanonicalRequest(body);
        if (!request.Index(stream))
            return false;

        request.Write(0, output);
        return true;
    }

    public void Dispose()
    {
        ArrayPool<Node>.Shared.Return(_nodes);
        ArrayPool<int>.Shared.Return(_order);
        if (_unescaped.Length > 0)
            ArrayPool<byte>.Shared.Return(_unescaped);
    }

    /// <summary>One pass that notes where everything stands.</summary>
    private bool Index(bool stream)
    {
        var reader = new Utf8JsonReader(_body.Span, new JsonReaderOptions { MaxDepth = ChatRequest.MaxDepth });
        Span<int> open = stackalloc int[ChatRequest.MaxDepth + 1];
        var depth = 0;
        var streamOptions = -1;
        while (reader.Read())
        {
            if (_count >= MaxNodes)
                return false;

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open[depth++] = _count;
                    Add(new Node(reader.TokenType == JsonTokenType.StartObject ? Kind.Map : Kind.List, 0, 0));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _nodes[open[--depth]].Next = _count;
                    if (depth == 1 && streamOptions >= 0)
                    {
                        // Options that say nothing of their own are as good as none.
                        if (_count == streamOptions + 2)
                            _count = streamOptions;
                        streamOptions = -1;
                    }

                    break;
                case JsonTokenType.PropertyName when depth == 1 && !Belongs(ref reader, stream):
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when streamOptions >= 0 && depth == 2 && reader.ValueTextEquals("include_usage"u8):
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName:
                    if (depth == 1 && stream && reader.ValueTextEquals("stream_options"u8))
                        streamOptions = _count;
                    AddText(ref reader);
                    break;
                case JsonTokenType.String:
                    AddText(ref reader);
                    break;
                default:
                    Add(new Node(KindOf(reader.TokenType), (int)reader.TokenStartIndex, reader.ValueSpan.Length));
                    break;
            }
        }

        return true;
    }

    /// <summary>Whether a member of the request itself is part of what is asked of the model.</summary>
    private static bool Belongs(ref Utf8JsonReader reader, bool stream)
    {
        var member = ChatMember.At(ref reader, out _);
        if (member is not { Use: ChatMemberUse.StreamOptions })
            return member is null || member.IsPassedOn;

        // Null means absent; a plain call is sent without them.
        var ahead = reader;
        ahead.Read();
        return stream && ahead.TokenType == JsonTokenType.StartObject;
    }

    private void AddText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            Add(new Node(Kind.Text, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
            return;
        }

        if (_unescaped.Length == 0)
            _unescaped = ArrayPool<byte>.Shared.Rent(_body.Length);
        try
        {
            var length = reader.CopyString(_unescaped.AsSpan(_unescapedLength));
            Add(new Node(Kind.UnescapedText, _unescapedLength, length));
            _unescapedLength += length;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair stands for no text; it is equal only where it is written alike.
            Add(new Node(Kind.BrokenText, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        }
    }

    private void Add(Node node)
    {
        if (_count == _nodes.Length)
            Grow(ref _nodes, _count);
        node.Next = _count + 1;
        _nodes[_count++] = node;
    }

    private static void Grow<T>(ref T[] items, int count)
    {
        var larger = ArrayPool<T>.Shared.Rent(items.Length * 2);
        items.AsSpan(0, count).CopyTo(larger);
        ArrayPool<T>.Shared.Return(items);
        items = larger;
    }

    /// <summary>Writes one value; nested no deeper than the reader allows.</summary>
    private void Write(int index, IBufferWriter<byte> output)
    {
        ref readonly var node = ref _nodes[index];
        switch (node.Kind)
        {
            case Kind.Map:
                output.Write("{"u8);
                WriteMembers(index, output);
                output.Write("}"u8);
                break;
            case Kind.List:
                output.Write("["u8);
                for (var item = index + 1; item < node.Next; item = _nodes[item].Next)
                    Write(item, output);
                output.Write("]"u8);
                break;
            case Kind.Number:
                CanonicalNumber.Write(TextOf(index), output);
                break;
            case Kind.Text or Kind.UnescapedText:
                WriteText("s"u8, TextOf(index), output);
                break;
            case Kind.BrokenText:
                WriteText("b"u8, TextOf(index), output);
                break;
            case Kind.True:
                output.Write("t"u8);
                break;
            case Kind.False:
                output.Write("f"u8);
                break;
            default:
                output.Write("0"u8);
                break;
        }
    }

    private void WriteMembers(int map, IBufferWriter<byte> output)
    {
        var first = _ordered;
        for (var name = map + 1; name < _nodes[map].Next; name = _nodes[name + 1].Next)
        {
            if (_ordered == _order.Length)
                Grow(ref _order, _ordered);
            _order[_ordered++] = name;
        }

        var end = _ordered;
        _order.AsSpan(first, end - first).Sort(new ByName(this));
        for (var i = first; i < end; i++)
        {
            Write(_order[i], output);
            Write(_order[i] + 1, output);
        }

        _ordered = first;
    }

    private static void WriteText(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write(tag);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), text.Length);
        output.Advance(sizeof(int));
        output.Write(text);
    }

    private ReadOnlySpan<byte> TextOf(int index)
    {
        ref readonly var node = ref _nodes[index];
        return node.Kind == Kind.UnescapedText ? _unescaped.AsSpan(node.Start, node.Length) : _body.Span.Slice(node.Start, node.Length);
    }

    private static Kind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Number => Kind.Number,
        JsonTokenType.True => Kind.True,
        JsonTokenType.False => Kind.False,
        _ => Kind.Null,
    };

    private enum Kind : byte
    {
        Map,
        List,
        Text,
        UnescapedText,
        BrokenText,
        Number,
        True,
        False,
        Null,
    }

    /// <param name="Start">In the body, or for unescaped text in the buffer of those.</param>
    private record struct Node(Kind Kind, int Start, int Length)
    {
        /// <summary>Where the node after this one and all within it stands.</summary>
        public int Next;
    }

    /// <summary>By the bytes of the name, and by position where a name stands twice.</summary>
    private readonly struct ByName(CanonicalRequest request) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            var order = request.TextOf(x).SequenceCompareTo(request.TextOf(y));
            return order != 0 ? order : x.CompareTo(y);
        }
    }
}
