using SaasLlm.Api;
using SaasLlm.Api.OpenApi;

// "verify" checks the books of the configured database and says so with its exit code, "import" takes over another gateway's
// configuration, "openapi" writes the API's description to a file, "health" asks a running service; anything else serves.
if (LiteLlmImport.From(args) is { } import)
    return await import.RunAsync(Service.Create(import.ServiceArguments));

if (args is ["openapi", var file, .. var rest])
    return await ApiDocument.WriteAsync(Service.Create(rest), file);

if (args is ["health", .. var address])
    return await HealthProbe.RunAsync(address);

var verify = args is ["verify", ..];
var app = Service.Create(verify ? args[1..] : args);
return verify ? await LedgerVerification.RunAsync(app) : await Service.RunAsync(app);
