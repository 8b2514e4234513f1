using System.Net;
using System.Net.Http.Headers;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>Sends a <see cref="PooledBody"/> as it is; made anew for each attempt, the body is not.</summary>
internal sealed class JsonBody : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly PooledBody _body;

    public JsonBody(PooledBody body)
    {
        _body = body;
        Headers.ContentType = Json;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        _body.SendAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _body.SendAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
