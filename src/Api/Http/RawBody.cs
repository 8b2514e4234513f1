using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>Reads a whole JSON body as bytes: chat requests are scanned and passed on, never turned into objects.</summary>
internal static class RawBody
{
    /// <exception cref="BadHttpRequestException">The body is larger than the server allows (413).</exception>
    public static async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
            return new Error("unsupported_media_type", "Send the body as Content-Type: application/json.", ErrorKind.UnsupportedMediaType);

        // Not pooled: the request lives as long as its call, which a caller who leaves does not end.
        if (request.ContentLength is > 0 and <= int.MaxValue and var length)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, cancellationToken);
            return new ReadOnlyMemory<byte>(exact);
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.Length == 0
            ? new Error("body_required", "The request needs a JSON body.", ErrorKind.Malformed)
            : new ReadOnlyMemory<byte>(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
