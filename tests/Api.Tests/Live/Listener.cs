using System.Net;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Live;

/// <summary>Somebody who listens to <c>/api/events</c>, as the dashboard does.</summary>
internal sealed class Listener : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private readonly CancellationTokenSource _patience = new(FakeUpstream.Patience);

    private Listener(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public HttpResponseMessage Response => _response;

    public static async Task<Listener> StartAsync(HttpClient client)
    {
        var response = await client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");

        var listener = new Listener(response, await response.Content.ReadAsStreamAsync());
        await listener._lines.ReadLineAsync(listener._patience.Token);
        return listener;
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<(string Type, JsonElement Data)?> NextAsync()
    {
        string? type = null;
        while (await _lines.ReadLineAsync(_patience.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                type = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (type!, JsonElement.Parse(line["data: ".Length..]));
        }

        return null;
    }

    /// <summary>All events up to the first one of this type about this id, which is the last.</summary>
    public async Task<List<(string Type, string Data)>> UntilAsync(string type, string id)
    {
        var events = new List<(string Type, string Data)>();
        while (await NextAsync() is var (next, data))
        {
            events.Add((next, data.GetRawText()));
            if (next == type && data.GetRawText().Contains(id, StringComparison.Ordinal))
                return events;
        }

        throw new InvalidOperationException($"The stream ended after {string.Join(' ', events)}.");
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _patience.Dispose();
    }
}
