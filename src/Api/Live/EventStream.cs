using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Live;
using SaasLlm.Application.Ports;

namespace SaasLlm.Api.Live;

/// <summary>Sends what changes as server-sent events until the reader leaves, may not listen any more, or the service stops.</summary>
internal sealed class EventStream(ILiveSubscription subscription) : IResult
{
    public const string ContentType = "text/event-stream";

    /// <summary>Shorter than what proxies take for a dead connection.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var watching = subscription;
        var services = httpContext.RequestServices;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);

        var response = httpContext.Response;
        response.ContentType = ContentType + "; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.WriteAsync(": listening\n\n", end.Token);
            await SendAsync(httpContext, services.GetRequiredService<TimeProvider>(), end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the service stops: another node goes on.
        }
    }

    private async Task SendAsync(HttpContext httpContext, TimeProvider time, CancellationToken cancellationToken)
    {
        ICredentialHandler[] handlers = [.. httpContext.RequestServices.GetServices<ICredentialHandler>()];
        var text = new StringBuilder();
        while (true)
        {
            var changed = await WaitAsync(time, cancellationToken);

            // Whoever's key was revoked meanwhile, or whose team was stopped, hears no more than they may ask for.
            if (await handlers.IdentifyAsync(httpContext) is not { Refusal: null })
                return;

            if (!changed)
                text.Append(": still here\n\n");
            while (subscription.Changes.TryRead(out var change))
                text.Append("event: ").Append(change.Type).Append("\ndata: ").Append(JsonSerializer.Serialize(change, JsonConventions.Options)).Append("\n\n");
            await httpContext.Response.WriteAsync(text.ToString(), cancellationToken);
            text.Clear();
        }
    }

    /// <summary>False: nothing has changed for as long as a heartbeat.</summary>
    private async Task<bool> WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var beat = new CancellationTokenSource(Heartbeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(beat.Token, cancellationToken);
        try
        {
            return await subscription.Changes.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (beat.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
