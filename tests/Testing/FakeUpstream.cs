using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SaasLlm.Testing;

/// <summary>
/// A model provider on a free loopback port: a real HTTP server that answers by script. Each request takes the next scripted
/// answer, and the last one again and again.
/// </summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private readonly Queue<UpstreamScript> _script = new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _arrivals = new(0);

    private FakeUpstream(WebApplication app) => _app = app;

    /// <summary>How long a test waits for what must come, before it fails instead of hanging.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>What a provider credential's <c>api_base</c> would be.</summary>
    public Uri ApiBase { get; private set; } = null!;

    public IReadOnlyCollection<ReceivedRequest> Received => _received;

    /// <summary>False: requests are answered and forgotten, for a load of many thousands.</summary>
    public bool Remembers { get; set; } = true;

    /// <summary>Waits for the next request that nobody has waited for yet.</summary>
    /// <exception cref="TimeoutException">None has come.</exception>
    public async Task ArrivalAsync()
    {
        if (!await _arrivals.WaitAsync(Patience))
            throw new TimeoutException("No request has reached the upstream.");
    }

    public static Task<FakeUpstream> StartAsync(params UpstreamScript[] script) => StartAsync(null, script);

    /// <param name="certificate">Serves https with it, HTTP/2 and 1.1; null: plain http.</param>
    public static async Task<FakeUpstream> StartAsync(X509Certificate2? certificate, params UpstreamScript[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            if (certificate is not null)
                endpoint.UseHttps(certificate);
        }));
        var app = builder.Build();
        var upstream = new FakeUpstream(app);
        upstream.Answer(script);
        app.Run(upstream.ServeAsync);
        await app.StartAsync();
        upstream.ApiBase = new Uri(app.Urls.First() + "/v1");
        return upstream;
    }

    /// <summary>Replaces the script.</summary>
    public void Answer(params UpstreamScript[] script)
    {
        lock (_gate)
        {
            _script.Clear();
            foreach (var step in script)
                _script.Enqueue(step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _closing.Dispose();
        _arrivals.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Remembers)
            Remember(context.Request, Encoding.UTF8.GetString(body.ToArray()));

        UpstreamScript step;
        lock (_gate)
            step = _script.Count > 1 ? _script.Dequeue() : _script.Peek();

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        try
        {
            await step.Serve(context, gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the test is over.
        }
    }

    private void Remember(HttpRequest request, string body)
    {
        _received.Enqueue(new ReceivedRequest(
            request.Method,
            request.Path,
            body,
            request.HttpContext.Connection.Id,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            Protocol = request.Protocol,
        });
        _arrivals.Release();
    }
}

/// <param name="Headers">As received, the credential included.</param>
public sealed record ReceivedRequest(string Method, string Path, string Body, string ConnectionId, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary><c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public string Protocol { get; init; } = string.Empty;
}

/// <summary>One scripted answer.</summary>
public sealed record UpstreamScript(Func<HttpContext, CancellationToken, Task> Serve)
{
    public const string Completion =
        """{"id":"up-1","object":"chat.completion","created":1,"model":"secret-model","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}""";

    /// <summary>A good plain answer.</summary>
    public static UpstreamScript Good() => Json(200, Completion);

    /// <summary>The same, after a while.</summary>
    public UpstreamScript After(TimeSpan pause) => new(async (context, cancellationToken) =>
    {
        using var timer = new PeriodicTimer(pause);
        await timer.WaitForNextTickAsync(cancellationToken);
        await Serve(context, cancellationToken);
    });

    /// <summary>A good plain answer that is held back until it is released.</summary>
    public static UpstreamScript GoodWhen(Task released) => new(async (context, cancellationToken) =>
    {
        await released.WaitAsync(cancellationToken);
        await Good().Serve(context, cancellationToken);
    });

    public static UpstreamScript Json(int status, string body, string? retryAfter = null) => new(async (context, cancellationToken) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(body, cancellationToken);
    });

    public static UpstreamScript Error(int status, string? retryAfter = null, string message = "no") =>
        Json(status, $$$"""{"error":{"message":"{{{message}}}","type":"t"}}""", retryAfter);

    public static UpstreamScript Redirect(string location) => new((context, _) =>
    {
        context.Response.Redirect(location);
        return Task.CompletedTask;
    });

    /// <summary>Never answers; tells when the client has left.</summary>
    public static UpstreamScript Hang(TaskCompletionSource? clientLeft = null) => new((context, cancellationToken) => UntilGoneAsync(context, clientLeft, cancellationToken));

    /// <summary>Breaks the connection without an answer.</summary>
    public static UpstreamScript Abort() => new((context, _) =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>A plain answer that breaks off in the middle of its body.</summary>
    public static UpstreamScript CutBody(string half) => new(async (context, cancellationToken) =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(half, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
        context.Abort();
    });

    /// <summary>A stream of raw text, piece by piece, that ends as asked.</summary>
    /// <param name="signal">A stream that hangs sets it when the client has left; one that is cut waits for it, since a broken connection may take unread bytes with it.</param>
    public static UpstreamScript Stream(StreamEnd end, TaskCompletionSource? signal, params string[] pieces) => new(async (context, cancellationToken) =>
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var piece in pieces)
        {
            await context.Response.WriteAsync(piece, cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }

        if (end == StreamEnd.Hang)
        {
            await UntilGoneAsync(context, signal, cancellationToken);
        }
        else if (end == StreamEnd.Cut)
        {
            if (signal is not null)
                await signal.Task.WaitAsync(cancellationToken);
            context.Abort();
        }
    });

    /// <summary>A stream that ends with its last piece.</summary>
    public static UpstreamScript Stream(params string[] pieces) => Stream(StreamEnd.Close, null, pieces);

    /// <summary>One event of a stream: a piece of text.</summary>
    public static string Text(string text) => $$$"""data: {"id":"up-1","model":"secret-model","choices":[{"index":0,"delta":{"content":"{{{text}}}"},"finish_reason":null}]}""" + "\n\n";

    /// <summary>The event that ends a choice.</summary>
    public static string Finish(string reason = "stop") => $$$"""data: {"choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}]}""" + "\n\n";

    public static string Usage(int prompt, int completion) =>
        $$$"""data: {"choices":[],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}""" + "\n\n";

    public const string Done = "data: [DONE]\n\n";

    private static async Task UntilGoneAsync(HttpContext context, TaskCompletionSource? clientLeft, CancellationToken cancellationToken)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(gone.SetResult))
            await gone.Task;
        if (context.RequestAborted.IsCancellationRequested)
            clientLeft?.TrySetResult();
    }
}

/// <summary>How a scripted stream ends after its last piece.</summary>
public enum StreamEnd
{
    /// <summary>As HTTP wants it.</summary>
    Close,

    /// <summary>The connection breaks.</summary>
    Cut,

    /// <summary>Nothing more comes until the client leaves.</summary>
    Hang,
}
