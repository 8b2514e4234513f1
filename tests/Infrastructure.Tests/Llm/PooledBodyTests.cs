using System.Buffers;
using System.Runtime.InteropServices;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class PooledBodyTests
{
    private const int Size = 3 * 1024 * 1024;

    [Test]
    public void Dispose_WhenNobodySends_GivesTheBufferBack()
    {
        var body = new PooledBody(Size);
        var buffer = BufferOf(body);

        body.Dispose();

        Assert.That(RentAgain(), Is.SameAs(buffer));
    }

    [Test]
    public async Task Dispose_WhileItIsStillBeingSent_KeepsTheBufferFromOthers()
    {
        var body = new PooledBody(Size);
        var buffer = BufferOf(body);
        var output = new StuckStream();

        var sending = body.SendAsync(output, CancellationToken.None);
        body.Dispose();
        var rented = RentAgain();
        output.GoOn.SetResult();
        await sending;

        Assert.That(rented, Is.Not.SameAs(buffer));
    }

    [Test]
    public void SendAsync_WhenTheBufferIsGivenBack_Refuses()
    {
        var body = new PooledBody(16);
        body.Dispose();

        Assert.That(() => body.SendAsync(Stream.Null, CancellationToken.None), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Write_WhenItOutgrowsTheBuffer_KeepsEverything()
    {
        using var body = new PooledBody(1);
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        for (var at = 0; at < bytes.Length; at += 1000)
            body.Write(bytes.AsSpan(at, 1000));

        Assert.That(body.Written.Span.SequenceEqual(bytes), Is.True);
    }

    private static byte[] BufferOf(PooledBody body)
    {
        MemoryMarshal.TryGetArray(body.Written, out var segment);
        return segment.Array!;
    }

    /// <summary>The pool gives a thread what it returned last.</summary>
    private static byte[] RentAgain()
    {
        var rented = ArrayPool<byte>.Shared.Rent(Size);
        ArrayPool<byte>.Shared.Return(rented);
        return rented;
    }

    private sealed class StuckStream : MemoryStream
    {
        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await GoOn.Task.WaitAsync(cancellationToken);
    }
}
