using System.Net;
using Microsoft.Extensions.Primitives;

namespace SaasLlm.Bench.BareProxy;

/// <summary>Sends each request on over one shared pool of connections; bodies pass through without being gathered anywhere.</summary>
internal sealed class Forwarder(Uri upstream, Uri paced) : IDisposable
{
    private const int ReadBytes = 4096;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    public async Task ForwardAsync(HttpContext context)
    {
        using var request = Request(context.Request);
        using var response = await _http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (!IsOfTheConnection(name))
                context.Response.Headers[name] = Values(values);
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
            context.Response.Headers[name] = Values(values);

        // What has come goes on at once: an event of a stream never waits for the next one.
        using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        var writer = context.Response.BodyWriter;
        while (await body.ReadAsync(writer.GetMemory(ReadBytes), context.RequestAborted) is > 0 and var read)
        {
            writer.Advance(read);
            await writer.FlushAsync(context.RequestAborted);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpRequest incoming)
    {
        var path = incoming.Path.Value!;
        var address = new Uri(path.StartsWith("/paced/", StringComparison.Ordinal) ? paced : upstream, path);
        var request = new HttpRequestMessage(HttpMethod.Parse(incoming.Method), address) { Version = HttpVersion.Version11 };
        if (incoming.ContentLength is not null)
            request.Content = new StreamContent(incoming.Body);
        foreach (var (name, values) in incoming.Headers)
        {
            if (IsOfTheConnection(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToString()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToString());
        }

        return request;
    }

    private static StringValues Values(System.Net.Http.Headers.HeaderStringValues values) => values.Count == 1 ? values.ToString() : new StringValues([.. values]);

    private static bool IsOfTheConnection(string name) =>
        name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
}
