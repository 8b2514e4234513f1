using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Llm;

/// <summary>Passes a stream on, event by event, as it comes. Its end goes out only after the call's record is committed.</summary>
/// <param name="surface">The form in which it goes out.</param>
/// <param name="requestBody">What the caller sent.</param>
/// <param name="finish">Ends the job of a create-and-call; given the fault that broke the stream, null where none did.</param>
internal sealed class StreamResult(
    StreamedCall stream, IChatSurface surface, ReadOnlyMemory<byte> requestBody, Func<Error?, Task>? finish = null) : IResult
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
        response.Headers["X-Call-Id"] = stream.CallId.ToString();
        if (stream is LlmStream { JobId: var jobId })
            response.Headers["X-Job-Id"] = jobId.ToString();
        else if (stream is MeteredStream { Provider: var provider })
            response.WriteProvider(provider);
        if (stream.Cached)
            response.Headers["X-Cached"] = "true";
        response.WriteLimits(stream.Limits);
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var writer = surface.OpenStream(new AnswerHead(stream.CallId, stream.Model, stream.CreatedAt, default, stream.IncludeUsage, requestBody));
        var fault = await PassOnAsync(httpContext, writer);
        if (fault is null || httpContext.RequestAborted.IsCancellationRequested)
            return;

        if (!response.HasStarted)
        {
            // Nothing has gone out yet, so the fault can still have its status.
            response.Headers.CacheControl = default;
            await response.WriteErrorAsync(fault);
            return;
        }

        writer.WriteError(response.BodyWriter, fault);
        await response.BodyWriter.FlushAsync(CancellationToken.None);
        await Task.Delay(ResetDelay, CancellationToken.None);
        httpContext.Abort();
    }

    /// <summary>Gives the fault to be told to the caller; null after a good end.</summary>
    private async Task<Error?> PassOnAsync(HttpContext httpContext, IChatStreamWriter writer)
    {
        var output = httpContext.Response.BodyWriter;
        try
        {
            await using var settling = stream;
            while (true)
            {
                // Events that came together go on together; whoever has to wait for the next one first sends what there is.
                var next = stream.ReadAsync(httpContext.RequestAborted);
                if (output.UnflushedBytes > (next.IsCompleted ? MostUnflushed : 0))
                    await output.FlushAsync(httpContext.RequestAborted);
                if (await next is not { } chunk)
                    break;

                writer.WriteChunk(output, chunk.Span);
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
        {
            if (stream is MeteredStream metered)
                WritePrice(output, metered);
            if (stream.RanOutOfCredits)
                output.Write(": ended early, because the credits are used up\n\n"u8);
            writer.WriteEnd(output, stream.Usage);
        }

        return stream.Fault;
    }

    /// <summary>What is known only at the end, as a comment: every reader of server-sent events passes over it that does not look for it.</summary>
    private static void WritePrice(IBufferWriter<byte> output, MeteredStream metered)
    {
        var comment = string.Create(CultureInfo.InvariantCulture, $": X-Cost-Incurred: {MeteringHeaders.Credits(metered.Price.Credits)}\n");
        if (metered.Price.Remaining is { } remaining)
            comment += $": X-Credits-Remaining: {MeteringHeaders.Credits(remaining)}\n";
        output.Write(Encoding.ASCII.GetBytes(comment + "\n"));
    }

    private Task FinishAsync(Error? fault) => finish is null ? Task.CompletedTask : finish(fault);
}
