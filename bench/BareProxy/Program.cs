using System.Net;
using SaasLlm.Bench.BareProxy;

// The practical limit for .NET: a request goes to the upstream as it came and its answer goes back as it came. No routing, no
// logging, no credentials, no record.
// Arguments: --listen=PORT --upstream=http://127.0.0.1:PORT --paced=http://127.0.0.1:PORT (for what begins with /paced/)
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
var port = builder.Configuration.GetValue<int>("listen");
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, port);
});
await using var app = builder.Build();
using var forwarder = new Forwarder(Address("upstream"), Address("paced"));
app.Run(forwarder.ForwardAsync);
await app.RunAsync();

Uri Address(string name) => new(builder.Configuration[name] ?? throw new InvalidOperationException($"--{name} is missing."));
