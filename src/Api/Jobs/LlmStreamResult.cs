using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Jobs;

/// <summary>Passes a stream on, event by event, as it comes. <c>[DONE]</c> goes out only after the call's record is committed.</summary>
/// <param name="finish">Ends the job of a create-and-call; given the fault that broke the stream, null where none did.</param>
internal sealed class LlmStreamResult(LlmStream stream, Func<Error?, Task>? finish = null) : IResult
{
    /// <summary>Time for an error event to reach the wire before the connection is reset: a reset overtakes bytes that are still queued.</summary>
    private static readonly TimeSpan ResetDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes that may gather before they are sent although more events are there.</summary>
    private const int MostUnflushed = 16 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers["X-Job-Id"] = stream.JobId.ToString();
        response.Headers["X-Call-Id"] = stream.CallId.ToString();
        if (stream.Cached)
            response.Headers["X-Cached"] = "true";
        response.WriteLimits(stream.Limits);
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var fault = await PassOnAsync(httpContext);
        if (fault is null || httpContext.RequestAborted.IsCancellationRequested)
            return;

        if (!response.HasStarted)
        {
            // Nothing has gone out yet, so the fault can still have its status.
            response.Headers.CacheControl = default;
            await response.WriteErrorAsync(fault);
            return;
        }

        await ServerSentEvents.WriteErrorAsync(response, fault);
        await Task.Delay(ResetDelay, CancellationToken.None);
        httpContext.Abort();
    }

    /// <summary>Gives the fault to be told to the caller; null after a good end.</summary>
    private async Task<Error?> PassOnAsync(HttpContext httpContext)
    {
        var output = httpContext.Response.BodyWriter;
        try
        {
            await using var settling = stream;
            var view = new TeamView("chatcmpl-" + stream.CallId.ToString("N"), stream.ModelGroup, stream.IncludeUsage);
            var shown = new ArrayBufferWriter<byte>(512);
            while (true)
            {
                // Events that came together go on together; whoever has to wait for the next one first sends what there is.
                var next = stream.ReadAsync(httpContext.RequestAborted);
                if (output.UnflushedBytes > (next.IsCompleted ? MostUnflushed : 0))
                    await output.FlushAsync(httpContext.RequestAborted);
                if (await next is not { } chunk)
                    break;

                shown.ResetWrittenCount();
                if (view.TryWrite(chunk.Span, shown))
                    ServerSentEvents.WriteData(output, shown.WrittenSpan);
            }

            if (output.UnflushedBytes > 0)
                await output.FlushAsync(httpContext.RequestAborted);
            await stream.SettleAsync();
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller left: the stream has settled what it got.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await FinishAsync(FaultHandler.Explain(exception));
            FaultHandler.Log(httpContext, exception);
            return FaultHandler.Explain(exception);
        }

        await FinishAsync(stream.Fault);
        if (stream.Fault is null && !httpContext.RequestAborted.IsCancellationRequested)
            ServerSentEvents.WriteDone(output);

        return stream.Fault;
    }

    private Task FinishAsync(Error? fault) => finish is null ? Task.CompletedTask : finish(fault);
}
