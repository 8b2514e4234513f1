using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>
/// A model provider inside this process, for trials without any key: takes the place of the network below the client, so that
/// everything above works as with a real one. Deterministic, and its answers say what they are.
/// </summary>
internal sealed class SandboxHandler(TimeProvider time) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (request.Method == HttpMethod.Get && path.EndsWith("/models", StringComparison.Ordinal))
            return Json(HttpStatusCode.OK, """{"object":"list","data":[{"id":"sandbox","object":"model","owned_by":"sandbox"}]}"""u8.ToArray());
        if (request.Method != HttpMethod.Post || request.Content is null)
            return NoSuchRoute();

        var body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (path.EndsWith("/chat/completions", StringComparison.Ordinal))
                return await AnswerAsync(SandboxRequest.Read(document.RootElement, body), cancellationToken);
            if (path.EndsWith("/embeddings", StringComparison.Ordinal))
                return await AnswerAsync(SandboxEmbeddings.Read(document.RootElement), cancellationToken);
            if (path.EndsWith("/images/generations", StringComparison.Ordinal))
                return await AnswerAsync(SandboxImages.Read(document.RootElement), cancellationToken);
            return NoSuchRoute();
        }
        catch (SchemaTooLargeException)
        {
            return Error(HttpStatusCode.BadRequest, "The schema asks for more than the sandbox makes.");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or OverflowException)
        {
            // Twice the same name in a schema, half a surrogate pair, a bound beyond any number: a real provider refuses them too.
            return Error(HttpStatusCode.BadRequest, "The sandbox cannot read this request.");
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(SandboxEmbeddings request, CancellationToken cancellationToken) =>
        await ObeyAsync(request.Directives, cancellationToken)
        ?? (request.Dimensions > SandboxEmbeddings.MaxDimensions
            ? Error(HttpStatusCode.BadRequest, $"The sandbox makes at most {SandboxEmbeddings.MaxDimensions} dimensions.")
            : Json(HttpStatusCode.OK, request.Answer()));

    private async Task<HttpResponseMessage> AnswerAsync(SandboxImages request, CancellationToken cancellationToken) =>
        await ObeyAsync(request.Directives, cancellationToken) ?? Json(HttpStatusCode.OK, request.Answer());

    private async Task<HttpResponseMessage> AnswerAsync(SandboxRequest request, CancellationToken cancellationToken)
    {
        var directives = request.Directives;
        if (await ObeyAsync(directives, cancellationToken) is { } error)
            return error;

        var choices = new SandboxChoice[request.Choices];
        for (var i = 0; i < choices.Length; i++)
            choices[i] = SandboxChoice.Make(request, i);

        var writer = new SandboxWriter(request, choices);
        if (request.Stream)
            return Stream(new SandboxStream(writer.Events(), directives.Pace, directives.CutAfter, time));
        if (directives.CutAfter is not null)
            throw new HttpRequestException("The sandbox was asked to cut the connection.");

        return Json(HttpStatusCode.OK, writer.Completion());
    }

    /// <summary>Waits as it was asked to, and gives the error that was asked for; null: none was.</summary>
    private async Task<HttpResponseMessage?> ObeyAsync(SandboxDirectives directives, CancellationToken cancellationToken)
    {
        if (directives.Delay > TimeSpan.Zero)
            await Task.Delay(directives.Delay, time, cancellationToken);
        if (directives.ErrorStatus is not { } status)
            return null;

        var error = Error((HttpStatusCode)status, $"{SandboxChoice.Label} This error was asked for.");
        if (directives.RetryAfter is { } wait)
            error.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)));
        return error;
    }

    private static HttpResponseMessage NoSuchRoute() => Error(HttpStatusCode.NotFound, "The sandbox has no such route.");

    private static HttpResponseMessage Error(HttpStatusCode status, string message) => Json(status, SandboxWriter.Error((int)status, message));

    private static HttpResponseMessage Json(HttpStatusCode status, byte[] body) => Response(status, new ByteArrayContent(body), "application/json");

    private static HttpResponseMessage Stream(SandboxStream body) => Response(HttpStatusCode.OK, new StreamContent(body), "text/event-stream");

    private static HttpResponseMessage Response(HttpStatusCode status, HttpContent content, string mediaType)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return new HttpResponseMessage(status) { Content = content };
    }
}
