using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.ResponseCaching;

/// <summary>An upstream whose every answer the test gives by hand.</summary>
internal sealed class ScriptedGateway : ILlmGateway
{
    private readonly Channel<ScriptedCall> _calls = Channel.CreateUnbounded<ScriptedCall>();
    private int _count;

    /// <summary>Calls that came this far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The next call that nobody has waited for yet.</summary>
    public async Task<ScriptedCall> CallAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<GatewayReply> SendAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var call = Arrive(targets[0], cancellationToken);
        return await call.Reply.Task.WaitAsync(cancellationToken);
    }

    public Task<ModelReply> SendAsync(ModelRequest request, RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async Task<GatewayStream> OpenStreamAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken)
    {
        var call = Arrive(targets[0], cancellationToken);
        return await call.Stream.Task.WaitAsync(cancellationToken);
    }

    private ScriptedCall Arrive(CatalogModel model, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        var call = new ScriptedCall(model, cancellationToken);
        _calls.Writer.TryWrite(call);
        return call;
    }
}

/// <summary>One call that waits for the test.</summary>
internal sealed class ScriptedCall(CatalogModel model, CancellationToken cancellationToken)
{
    public TaskCompletionSource<GatewayReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<GatewayStream> Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CancellationToken Token => cancellationToken;

    public void Answer(string text = "hello", string? finishReason = "stop")
    {
        var reason = finishReason is null ? "null" : $"\"{finishReason}\"";
        var body = $$$"""{"choices":[{"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":{{{reason}}}}],"usage":{"prompt_tokens":9,"completion_tokens":3}}""";
        Reply.SetResult(new GatewayReply { Answer = ChatAnswer.Scan(Encoding.UTF8.GetBytes(body)), Model = model, Attempts = 1 });
    }

    public void Fail(Error error, int attempts = 1)
    {
        Reply.TrySetResult(new GatewayReply { Error = error, Model = model, Attempts = attempts });
        Stream.TrySetResult(new ScriptedStream { Error = error, Model = model, Attempts = attempts });
    }

    public ScriptedStream Open()
    {
        var stream = new ScriptedStream { Model = model, Attempts = 1 };
        Stream.SetResult(stream);
        return stream;
    }
}

/// <summary>A stream whose every event the test sends by hand.</summary>
internal sealed class ScriptedStream : GatewayStream
{
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<Error?> _ends = new();

    public bool IsDisposed { get; private set; }

    public void Send(params string[] texts)
    {
        foreach (var text in texts)
            _events.Writer.TryWrite($$$"""{"choices":[{"delta":{"content":"{{{text}}}"}}]}""");
    }

    /// <summary>A good end: finish reason, usage.</summary>
    public void Finish()
    {
        _events.Writer.TryWrite("""{"choices":[{"delta":{},"finish_reason":"stop"}]}""");
        _events.Writer.TryWrite("""{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5}}""");
        End(null);
    }

    public void End(Error? fault)
    {
        _ends.Enqueue(fault);
        _events.Writer.Complete();
    }

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (!await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            _ends.TryPeek(out var fault);
            Fault = fault;
            return null;
        }

        var data = Encoding.UTF8.GetBytes(await _events.Reader.ReadAsync(cancellationToken));
        ChunkFacts.TryRead(data, out var facts);
        Usage = facts.Usage ?? Usage;
        FinishReason = facts.FinishReason ?? FinishReason;
        DeliveredTextBytes += facts.TextBytes;
        return data;
    }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
