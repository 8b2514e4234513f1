using System.Text.Json;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm.Balancing;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm.Streaming;

/// <summary>An open stream of an upstream: hands out its events as they are and watches what they say.</summary>
internal sealed class UpstreamStream : GatewayStream
{
    /// <summary>After <c>[DONE]</c> only the end of the body is missing; this long it is waited for, so that the connection can be used again.</summary>
    private static readonly TimeSpan EndOfBodyTimeout = TimeSpan.FromMilliseconds(200);

    private readonly HttpResponseMessage _response;
    private readonly SseReader _events;
    private readonly IChunkTranslator? _chunks;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationSources _sources;
    private readonly UpstreamMetrics _metrics;
    private readonly string _provider;
    private readonly Seat _seat;
    private CancellationTokenSource _idle;
    private bool _ended;
    private bool _done;
    private bool _disposed;

    private UpstreamStream(UpstreamAnswer answer, Stream body, string provider, LlmOptions options, CancellationSources sources, UpstreamMetrics metrics)
    {
        _response = answer.Response!;
        _seat = answer.Seat;
        _chunks = answer.Chunks;
        _events = new SseReader(body, options.MaxEventBytes);
        _idleTimeout = TimeSpan.FromSeconds(options.StreamIdleTimeoutSeconds);
        _sources = sources;
        _metrics = metrics;
        _provider = provider;
        _idle = sources.Rent();
    }

    public static async ValueTask<UpstreamStream> OpenAsync(
        UpstreamAnswer answer, UpstreamCall call, LlmOptions options, CancellationSources sources, UpstreamMetrics metrics)
    {
        // Only wraps the connection: nothing is read yet.
        var body = await answer.Response!.Content.ReadAsStreamAsync(CancellationToken.None);
        return new UpstreamStream(answer, body, call.Model!.Provider, options, sources, metrics)
        {
            Model = call.Model,
            ByokKeyId = call.ByokKeyId,
            Attempts = call.Attempts,
            GivenUp = call.GivenUp,
            IsInvented = call.IsInvented,
        };
    }

    public override ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        // Several events often arrive at once: these need no waiting and no state machine.
        if (_ended)
            return new((ReadOnlyMemory<byte>?)null);
        while (_events.TryNext())
        {
            if (TryTake(out var result))
                return new(result);
        }

        return ReadOnAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        try
        {
            if (_done)
            {
                _idle.CancelAfter(EndOfBodyTimeout);
                while (await _events.FillAsync(_idle.Token))
                    _events.TryNext();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException or InvalidDataException)
        {
            // The answer is complete; only the connection is lost.
        }
        finally
        {
            _ended = true;
            _response.Dispose();
            _events.Dispose();
            _sources.Return(_idle);
            _seat.Leave();
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadOnAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await FillAsync(cancellationToken))
            {
                while (_events.TryNext())
                {
                    if (TryTake(out var result))
                        return result;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return End(LlmErrors.StreamIdle());
        }
        catch (InvalidDataException)
        {
            return End(LlmErrors.StreamBroken());
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return End(AtEndOfInput());
        }

        while (_events.TryLast())
        {
            if (TryTake(out var result))
                return result;
        }

        return End(AtEndOfInput());
    }

    /// <summary>Looks at the current event; false where there is nothing in it for the caller.</summary>
    private bool TryTake(out ReadOnlyMemory<byte>? result)
    {
        result = null;
        var data = _events.Data;
        if (data.Length == 0)
            return false;
        if (_chunks is not null)
            return TryTranslate(data, out result);

        if (data.Span.SequenceEqual("[DONE]"u8))
        {
            _done = true;
            End(null);
            return true;
        }

        TakeChunk(data, out result);
        return true;
    }

    /// <summary>The same where the provider's events are no chunks.</summary>
    private bool TryTranslate(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte>? result)
    {
        result = null;
        ReadOnlyMemory<byte> chunk;
        try
        {
            chunk = _chunks!.Translate(data.Span);
        }
        catch (JsonException)
        {
            End(Unreadable());
            return true;
        }

        if (chunk.Length > 0)
            TakeChunk(chunk, out result);
        Usage = _chunks.Usage ?? Usage;
        if (_chunks.IsDone && !_ended)
        {
            _done = true;
            End(null);
        }

        return chunk.Length > 0 || _ended;
    }

    /// <summary>Looks at the chunk and hands it out, unless it is an end.</summary>
    private void TakeChunk(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte>? result)
    {
        result = null;
        if (!ChunkFacts.TryRead(data.Span, out var facts))
        {
            End(Unreadable());
            return;
        }

        if (facts.IsError || _events.IsErrorEvent)
        {
            End(LlmErrors.StreamFailed());
            return;
        }

        // Some upstreams send running totals with every chunk: the last one holds.
        Usage = facts.Usage ?? Usage;
        FinishReason = facts.FinishReason ?? FinishReason;
        DeliveredTextBytes += facts.TextBytes;
        result = data;
    }

    private Error Unreadable() => _events.IsUnfinished ? LlmErrors.StreamCut() : LlmErrors.StreamBroken();

    /// <summary>Null where the input may end here: after a finish reason, or where the provider marks its end, after that alone.</summary>
    private Error? AtEndOfInput() => FinishReason is not null && _chunks is null ? null : LlmErrors.StreamCut();

    private ReadOnlyMemory<byte>? End(Error? fault)
    {
        _ended = true;
        Fault = fault;
        if (fault is not null)
            _metrics.StreamFaulted(_provider, fault.Code);
        return null;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _idle.CancelAfter(_idleTimeout);
        await using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _idle))
        {
            var more = await _events.FillAsync(_idle.Token);

            // It may have gone off between the last byte and this line.
            if (!_idle.TryReset())
            {
                _idle.Dispose();
                _idle = _sources.Rent();
            }

            return more;
        }
    }
}
