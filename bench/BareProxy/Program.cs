using System.Net;
using SaasLlm.Bench.BareProxy;

// The practical limit for .NET: a request goes to the upstream as it came and its answer goes back as it came. No routing, no
// logging, no credentials, no record. Arguments: --listen=PORT --upstream=http://127.0.0.1:PORT
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
var port = builder.Configuration.GetValue<int>("listen");
var upstream = new Uri(builder.Configuration["upstream"] ?? throw new InvalidOperationException("--upstream is missing."));
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, port);
});
await using var app = builder.Build();
using var forwarder = new Forwarder(upstream);
app.Run(forwarder.ForwardAsync);
await app.RunAsync();
