using System.Buffers.Text;
using System.Diagnostics;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Driving;

/// <summary>Listens to streams and takes the time of their events.</summary>
internal sealed class StreamListener(Caller caller)
{
    private const int BufferBytes = 16 * 1024;

    private static ReadOnlySpan<byte> Content => "\"content\":\""u8;

    /// <summary>From each request to its first event, in ms.</summary>
    public List<double> FirstEventMs { get; } = [];

    /// <summary>From the upstream's sending of an event to its arrival, in ms; of streams whose events tell their time.</summary>
    public List<double> EventMs { get; } = [];

    /// <summary>Listens to one stream; false: it was refused, broke off, or did not end with <c>[DONE]</c>.</summary>
    /// <param name="timed">True where the events tell when they were sent.</param>
    public async Task<bool> ListenAsync(Route route, string job, bool timed, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await caller.OpenAsync(route, job, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                return false;

            using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            return await ReadAsync(stream, began, timed, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async Task<bool> ReadAsync(Stream stream, long began, bool timed, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var filled = 0;
        var first = true;
        var done = false;
        while (await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken) is > 0 and var read)
        {
            var now = Stopwatch.GetTimestamp();
            filled += read;
            var whole = buffer.AsSpan(0, filled).LastIndexOf("\n\n"u8) + 2;
            if (whole < 2)
                continue;

            if (first)
                FirstEventMs.Add(Stopwatch.GetElapsedTime(began, now).TotalMilliseconds);
            first = false;
            if (timed)
                TakeTimes(buffer.AsSpan(0, whole), now);
            done |= buffer.AsSpan(0, whole).IndexOf("data: [DONE]"u8) >= 0;
            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            filled -= whole;
        }

        return done;
    }

    private void TakeTimes(ReadOnlySpan<byte> events, long now)
    {
        while (events.IndexOf(Content) is >= 0 and var at)
        {
            events = events[(at + Content.Length)..];
            if (Utf8Parser.TryParse(events, out long sent, out _))
                EventMs.Add(Stopwatch.GetElapsedTime(sent, now).TotalMilliseconds);
        }
    }
}
