using System.Diagnostics;
using System.Net;
using System.Text;

// A model that speaks: one event each so many ms, each with the time at which it was sent, then the usage and [DONE].
// Arguments: --listen=PORT --events=20 --pace-ms=50
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
var port = builder.Configuration.GetValue<int>("listen");
var events = builder.Configuration.GetValue("events", 20);
var pace = TimeSpan.FromMilliseconds(builder.Configuration.GetValue("pace-ms", 50));
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
await using var app = builder.Build();
app.Run(SpeakAsync);
await app.RunAsync();

async Task SpeakAsync(HttpContext context)
{
    if (HttpMethods.IsGet(context.Request.Method))
        return;

    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
    context.Response.ContentType = "text/event-stream";
    using var timer = new PeriodicTimer(pace);
    for (var sent = 0; sent < events; sent++)
    {
        if (sent > 0)
            await timer.WaitForNextTickAsync(context.RequestAborted);
        await SendAsync(context, Event(Stopwatch.GetTimestamp()));
    }

    await SendAsync(context, End);
}

static async Task SendAsync(HttpContext context, string text)
{
    Encoding.ASCII.GetBytes(text, context.Response.BodyWriter);
    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
}

// The clock is the machine's, so that a client elsewhere on it can tell how long an event took.
static string Event(long timestamp) =>
    $$$"""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model-2026","choices":[{"index":0,"delta":{"content":"{{{timestamp}}}"},"finish_reason":null}]}""" + "\n\n";

internal sealed partial class Program
{
    private const string End =
        """
        data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model-2026","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model-2026","choices":[],"usage":{"prompt_tokens":64,"completion_tokens":20,"total_tokens":84}}

        data: [DONE]


        """;
}
