using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Embeddings;
using SaasLlm.Application.Llm.Images;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>One attempt at a request over HTTP. Faults of the upstream are answers; only cancellation is thrown.</summary>
internal sealed class UpstreamClient(TimeProvider time, IOptions<LlmOptions> options)
{
    private const int MaxErrorBytes = 64 * 1024;
    private const int FirstReadBytes = 16 * 1024;

    /// <exception cref="OperationCanceledException">Time is up, or the caller has left.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamAnswer> SendAsync(
        Deployment deployment, UpstreamOperation operation, PooledBody body, bool stream, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var request = UpstreamHttp.Request(HttpMethod.Post, deployment.AddressOf(operation)!);

            // Written as they are: the typed headers would be taken apart and put together again for each request.
            foreach (var (name, value) in deployment.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            request.Headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
            request.Content = new JsonBody(body);
            response = await deployment.Http.SendAsync(request, cancellationToken);

            var answer = response.IsSuccessStatusCode
                ? await ReadGoodAsync(response, deployment.Dialect, operation, stream, cancellationToken)
                : await ReadErrorAsync(response, deployment, cancellationToken);
            if (answer.Response is not null)
                response = null;
            return answer;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new UpstreamAnswer { Kind = AnswerKind.Faulty };
        }
        finally
        {
            response?.Dispose();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamAnswer> ReadGoodAsync(
        HttpResponseMessage response, ProviderDialect dialect, UpstreamOperation operation, bool stream, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (stream)
        {
            // An error report or a whole answer with a good status is no stream.
            return response.Content.Headers.ContentType?.MediaType == "application/json"
                ? new UpstreamAnswer { Kind = AnswerKind.Faulty, StatusCode = status }
                : new UpstreamAnswer { Kind = AnswerKind.Good, StatusCode = status, Response = response, Chunks = dialect.OpenChunks() };
        }

        var body = await ReadBodyAsync(response.Content, options.Value.MaxAnswerBytes, cancellationToken);
        var answer = body is null ? null : Read(body, dialect, operation);
        return new UpstreamAnswer
        {
            Kind = answer is null ? AnswerKind.Faulty : AnswerKind.Good,
            StatusCode = status,
            Answer = answer,
        };
    }

    private static ModelAnswer? Read(byte[] body, ProviderDialect dialect, UpstreamOperation operation) => operation switch
    {
        UpstreamOperation.Chat => dialect.ReadAnswer(body),
        UpstreamOperation.Embeddings => EmbeddingsAnswer.Scan(body),
        _ => ImageAnswer.Scan(body),
    };

    private async ValueTask<UpstreamAnswer> ReadErrorAsync(HttpResponseMessage response, Deployment deployment, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var kind = deployment.Dialect.KindOf(status);
        string? message = null;
        byte[] body = [];
        if (kind == AnswerKind.Rejected)
        {
            body = await ReadBodyAsync(response.Content, MaxErrorBytes, cancellationToken) ?? [];
            if (deployment.Dialect.BlamesAccount(body))
                kind = AnswerKind.Denied;
            else
                message = UpstreamMessage.Read(body, deployment);
        }

        return new UpstreamAnswer
        {
            Kind = kind,
            StatusCode = status,
            RetryAfter = RetryAfterOf(response.Headers.RetryAfter),
            Message = message,
            RefusedKey = deployment.Byok is { } own && deployment.Dialect.RefusesKey(status, body) ? own : null,
        };
    }

    private TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The whole body; null where it is larger than allowed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<byte[]?> ReadBodyAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        var length = content.Headers.ContentLength;
        if (length > maxBytes)
            return null;

        using var input = await content.ReadAsStreamAsync(cancellationToken);
        if (length is { } exact)
        {
            var whole = new byte[exact];
            await input.ReadExactlyAsync(whole, cancellationToken);
            return whole;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FirstReadBytes);
        try
        {
            var filled = 0;
            while (true)
            {
                var read = await input.ReadAsync(buffer.AsMemory(filled), cancellationToken);
                if (read == 0)
                    return buffer.AsSpan(0, filled).ToArray();

                filled += read;
                if (filled > maxBytes)
                    return null;
                if (filled == buffer.Length)
                    buffer = Enlarge(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Enlarge(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
