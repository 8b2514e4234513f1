using System.Text;
using SaasLlm.Infrastructure.Llm.Streaming;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class SseReaderTests
{
    [TestCase("data: a\n\ndata: b\n\n", "a|b")]
    [TestCase("data:a\r\n\r\ndata:b\r\n\r\n", "a|b")]
    [TestCase("data: a\r\rdata: b\r\r", "a|b")]
    [TestCase("data: a\r\n\ndata: b\n\r\n", "a|b")]
    [TestCase("data:  a \n\n", " a ")]
    [TestCase("\uFEFFdata: a\n\n", "a")]
    [TestCase("data: \uFEFFa\n\n", "\uFEFFa")]
    [TestCase(": comment\n\n:\n\ndata: a\n: in between\nid: 7\nretry: 1\nevent: message\n\n\n\n", "a")]
    [TestCase("data: a\ndata: b\r\ndata:c\n\ndata: d\n\n", "a\nb\nc|d")]
    [TestCase("data\ndata: x\n\n", "\nx")]
    [TestCase("data: é🙂\n\n", "é🙂")]
    [TestCase("database: no\ndat: no\n\n", "")]
    [TestCase("", "")]
    [TestCase("data: last", "last*")]
    [TestCase("data: a\n\ndata: last\n", "a|last*")]
    [TestCase("event: error\ndata: a\n\ndata: b\n\n", "!a|b")]
    [TestCase("event: error\n\ndata: b\n\n", "b")]
    public async Task ReadsEvents_HoweverTheBytesAreCut(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= Math.Max(1, bytes.Length); size++)
            Assert.That(await ReadAsync(new Drip(bytes, size), 1024), Is.EqualTo(expected), $"pieces of {size}");
    }

    [Test]
    public async Task ReadsEvents_WhenAnEventOutgrowsTheBuffer_KeepsItWhole()
    {
        var large = new string('x', 100_000);
        var text = $"data: a\n\ndata: {large}\ndata: {large}\n\ndata: b\n\n";

        Assert.That(await ReadAsync(new Drip(Encoding.UTF8.GetBytes(text), 3001), 1024 * 1024), Is.EqualTo($"a|{large}\n{large}|b"));
    }

    [Test]
    public void ReadsEvents_WhenAnEventIsTooLarge_Throws() =>
        Assert.That(
            () => ReadAsync(new Drip(Encoding.UTF8.GetBytes("data: " + new string('x', 20_000)), 1000), 10_000),
            Throws.InstanceOf<InvalidDataException>());

    /// <summary>Events separated by bars; ! marks an error event, * one that was not finished.</summary>
    private static async Task<string> ReadAsync(Stream input, int maxEventBytes)
    {
        using var reader = new SseReader(input, maxEventBytes);
        var events = new List<string>();
        do
        {
            while (reader.TryNext())
                events.Add(Current(reader));
        }
        while (await reader.FillAsync(CancellationToken.None));

        while (reader.TryLast())
            events.Add(Current(reader));
        return string.Join('|', events);
    }

    private static string Current(SseReader reader) =>
        (reader.IsErrorEvent ? "!" : "") + Encoding.UTF8.GetString(reader.Data.Span) + (reader.IsUnfinished ? "*" : "");

    /// <summary>Gives its bytes in pieces of one size.</summary>
    private sealed class Drip(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
