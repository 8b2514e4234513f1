using SaasLlm.Api;

var app = Service.Create(args);
await app.PrepareAsync();
await app.RunAsync();
