using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace SaasLlm.Api.Tests.Operations.Otlp;

/// <summary>A collector that speaks gRPC: HTTP/2 without TLS, each message behind a header of five bytes, the status in a trailer.</summary>
internal sealed class GrpcCollector : IAsyncDisposable
{
    private const int HeaderBytes = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Headers, string Message)> _received = new();

    private GrpcCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<GrpcCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var collector = new GrpcCollector(app);
        app.Run(collector.ServeAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>All that one service was sent, such as <c>trace.v1.TraceService</c>, as text.</summary>
    public string Sent(string service) => string.Concat(
        _received.Where(request => request.Path == $"/opentelemetry.proto.collector.{service}/Export").Select(request => request.Headers + request.Message));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = string.Concat(context.Request.Headers.Select(header => $"{header.Key}: {header.Value}\n"));
        _received.Enqueue((context.Request.Path, headers, Encoding.UTF8.GetString(body.GetBuffer(), HeaderBytes, (int)body.Length - HeaderBytes)));

        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");

        // An empty answer: not compressed, no bytes.
        await context.Response.Body.WriteAsync(new byte[HeaderBytes]);
    }
}
