using System.Buffers;

namespace SaasLlm.Infrastructure.Llm.Streaming;

/// <summary>
/// Cuts a byte stream into server-sent events: lines end with CR, LF or CRLF, comments and unknown fields are passed over, several
/// data lines make one event. All in one rented buffer: an event's data is a slice of it, valid until the next call.
/// </summary>
internal sealed class SseReader(Stream input, int maxEventBytes) : IDisposable
{
    private const int FirstBufferBytes = 8 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
    private int _end;
    private int _lineStart;
    private int _scanned;
    private int _dataStart;
    private int _dataEnd;
    private bool _hasData;
    private bool _handedOut;
    private bool _lastWasCarriageReturn;
    private bool _pastFirstLine;

    /// <summary>The current event's data.</summary>
    public ReadOnlyMemory<byte> Data => _buffer.AsMemory(_dataStart.._dataEnd);

    /// <summary>True where the current event calls itself <c>error</c>.</summary>
    public bool IsErrorEvent { get; private set; }

    /// <summary>True where the input ended before the blank line that ends an event.</summary>
    public bool IsUnfinished { get; private set; }

    /// <summary>Finds the next event in what is already there; false where more must be read first.</summary>
    public bool TryNext()
    {
        if (_handedOut)
        {
            _handedOut = false;
            _hasData = false;
            IsErrorEvent = false;
        }

        while (_scanned < _end)
        {
            var rest = _buffer.AsSpan(_scanned.._end);
            if (_lastWasCarriageReturn)
            {
                _lastWasCarriageReturn = false;
                if (rest[0] == (byte)'\n')
                {
                    _lineStart = ++_scanned;
                    continue;
                }
            }

            var length = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0)
            {
                _scanned = _end;
                return false;
            }

            var lineEnd = _scanned + length;
            _lastWasCarriageReturn = rest[length] == (byte)'\r';
            var line = _lineStart..lineEnd;
            _lineStart = _scanned = lineEnd + 1;
            if (TakeLine(line))
                return true;
        }

        return false;
    }

    /// <summary>After the input's end: the event that was not ended by a blank line, as the last one of many servers is not.</summary>
    public bool TryLast()
    {
        if (_handedOut)
            return false;

        if (_lineStart < _end)
            TakeLine(_lineStart.._end);
        _lineStart = _scanned = _end;
        _handedOut = _hasData;
        IsUnfinished = _hasData;
        return _hasData;
    }

    /// <summary>Reads on; false at the input's end.</summary>
    /// <exception cref="InvalidDataException">One event is larger than allowed.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await input.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _dataStart = _dataEnd = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>True where the line ends an event that has data.</summary>
    private bool TakeLine(Range range)
    {
        var line = _buffer.AsSpan(range);
        var start = range.Start.Value;
        if (!_pastFirstLine)
        {
            _pastFirstLine = true;
            if (line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
                start += 3;
            }
        }

        if (line.Length == 0)
        {
            _handedOut = _hasData;
            IsErrorEvent &= _hasData;
            return _hasData;
        }

        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var valueAt = colon < 0 ? line.Length : colon + 1;
        if (valueAt < line.Length && line[valueAt] == (byte)' ')
            valueAt++;

        if (name.SequenceEqual("data"u8))
            TakeData(line[valueAt..], start + valueAt);
        else if (name.SequenceEqual("event"u8))
            IsErrorEvent = line[valueAt..].SequenceEqual("error"u8);
        return false;
    }

    private void TakeData(ReadOnlySpan<byte> value, int valueStart)
    {
        if (!_hasData)
        {
            _hasData = true;
            _dataStart = valueStart;
            _dataEnd = valueStart + value.Length;
            return;
        }

        // Joined in place: the field's name between the two is longer than the line feed that replaces it.
        _buffer[_dataEnd] = (byte)'\n';
        value.CopyTo(_buffer.AsSpan(_dataEnd + 1));
        _dataEnd += 1 + value.Length;
    }

    private void MakeRoom()
    {
        var keepFrom = _hasData ? _dataStart : _lineStart;
        if (keepFrom > 0)
        {
            _buffer.AsSpan(keepFrom.._end).CopyTo(_buffer);
            _end -= keepFrom;
            _lineStart -= keepFrom;
            _scanned -= keepFrom;
            _dataStart -= keepFrom;
            _dataEnd -= keepFrom;
        }

        if (_end > maxEventBytes)
            throw new InvalidDataException("An event of the stream is too large.");
        if (_end < _buffer.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
