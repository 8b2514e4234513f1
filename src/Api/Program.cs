using SaasLlm.Api;

// "verify" checks the books of the configured database and says so with its exit code, "import" takes over another gateway's
// configuration; anything else serves.
if (LiteLlmImport.From(args) is { } import)
    return await import.RunAsync(Service.Create(import.ServiceArguments));

var verify = args is ["verify", ..];
var app = Service.Create(verify ? args[1..] : args);
return verify ? await LedgerVerification.RunAsync(app) : await Service.RunAsync(app);
