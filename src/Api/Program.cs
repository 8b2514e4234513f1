using SaasLlm.Api;

// "verify" checks the books of the configured database and says so with its exit code; anything else serves.
var verify = args is ["verify", ..];
var app = Service.Create(verify ? args[1..] : args);
return verify ? await LedgerVerification.RunAsync(app) : await Service.RunAsync(app);
