using SaasLlm.Api;

await using var app = Service.Create(args);
try
{
    await app.PrepareAsync();
    await app.RunAsync();
}
catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
{
    // Asked to stop before it had started.
}
